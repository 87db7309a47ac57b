"""A cashier at the till, in either language: what a person does, by what is written on the screen."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True)
class Words:
    """What the screen says, in one language."""

    pad: str
    sign_in: str
    pin_next: str
    open_shift: str
    empty: str
    pay: str
    exact: str
    change: str
    void_line: str
    approval: str
    allow: str
    unknown: str
    dismiss: str
    park: str
    resume: str
    parked: str
    next: str
    more: str
    close_shift: str
    right_count: str
    done: str
    all_sent: str


WORDS = {
    "zh-CN": Words(
        pad="数字键盘",
        sign_in="签到",
        pin_next="输入密码",
        open_shift="开班",
        empty="扫商品开始",
        pay="收款",
        exact="正好",
        change="找零",
        void_line="删除此行",
        approval="需要店长授权",
        allow="授权",
        unknown="不认识这个条码",
        dismiss="先不管，继续扫",
        park="挂单",
        resume="取单",
        parked="挂着的单",
        next="下一位",
        more="更多",
        close_shift="交班",
        right_count="账实相符",
        done="完成",
        all_sent="已全部上传",
    ),
    "en": Words(
        pad="Number pad",
        sign_in="Sign in",
        pin_next="Enter your PIN",
        open_shift="Open shift",
        empty="Scan to begin",
        pay="Pay",
        exact="Exact",
        change="Change",
        void_line="Void line",
        approval="Manager approval needed",
        allow="Approve",
        unknown="Nobody knows this code",
        dismiss="Leave it, go on scanning",
        park="Park",
        resume="Resume",
        parked="Parked sales",
        next="Next customer",
        more="More",
        close_shift="Close shift",
        right_count="The count is right",
        done="Done",
        all_sent="All sent",
    ),
}


class Cashier:
    """Touches only; the devices are played on the bench."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.words = WORDS[language]

    def open_till(self, url: str, language: str, terminal_id: str) -> None:
        """Come to a browser that has never been here."""
        self.page.goto(f"{url}?lang={language}")
        self.page.get_by_role("button", name=terminal_id).tap()

    def sign_in(self, staff_no: str, pin: str) -> None:
        """Number and PIN on the pad."""
        self.digits(staff_no)
        self.key(self.words.pin_next).tap()
        self.digits(pin)
        self.key(self.words.sign_in).tap()

    def open_shift(self, float_yuan: str) -> None:
        """Count the float in."""
        self.page.get_by_role("heading", name=self.words.open_shift.split()[0]).wait_for()
        self.digits(float_yuan)
        self.key(self.words.open_shift).tap()
        expect(self.page.get_by_text(self.words.empty)).to_be_visible()

    def leave_shift(self, counted_yuan: str) -> None:
        """Close the shift, so that whoever comes next opens one."""
        self.page.bring_to_front()
        self.key(self.words.more).tap()
        self.page.get_by_role("dialog").get_by_role("button", name=self.words.close_shift, exact=True).tap()
        sheet = self.page.get_by_role("dialog")
        self.digits(counted_yuan, sheet)
        sheet.get_by_role("button", name=re.compile(re.escape(f"¥{counted_yuan}"))).tap()
        self.key(self.words.done).tap()
        expect(self.page.get_by_role("heading", name=self.words.sign_in)).to_be_visible()

    def approve(self, staff_no: str, pin: str) -> None:
        """The manager comes over."""
        sheet = self.page.get_by_role("dialog", name=self.words.approval)
        sheet.wait_for()
        self.digits(staff_no, sheet)
        sheet.get_by_role("button", name=self.words.pin_next).tap()
        self.digits(pin, sheet)
        sheet.get_by_role("button", name=self.words.allow).tap()
        expect(sheet).to_have_count(0)

    def key(self, name: str) -> Locator:
        """A key by what is written on it (its keyboard cap may follow)."""
        return self.page.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first

    def digits(self, text: str, within: Locator | None = None) -> None:
        """Touch the number pad."""
        pad = (within or self.page).get_by_role("group", name=self.words.pad)
        for digit in text:
            pad.get_by_role("button", name=digit, exact=True).tap()

    def lines(self) -> Locator:
        """The basket's lines that count."""
        return self.page.locator(".line:not(.voided)")

    def total(self) -> str:
        """The total on the slab."""
        return self.page.locator(".total").inner_text().replace("\n", "")
