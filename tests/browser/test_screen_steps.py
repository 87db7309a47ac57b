"""Each step of a sale on the customer's screen, in both languages, lying down and standing up."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from hub.app import screen_frames as frames
from tests.browser.axe import check
from tests.browser.fake_screen import FakeScreen, basket

APPLES = ("红富士苹果", "Fuji apples", "kg", 1180, 735)
WATER = ("矿泉水 550ml", "Mineral water 550 ml", "瓶", 200, 2000)
SIZES = {"lying": (1024, 768), "standing": (800, 1280)}
SALE = {
    "zh-CN": ["合计", "¥12.67", "实收", "¥20.00", "找零", "¥7.33"],
    "en": ["Total", "¥12.67", "Given", "¥20.00", "Change", "¥7.33"],
}
WORDS = {
    "zh-CN": {
        "shop": "店枢示范店",
        "welcome": "欢迎光临",
        "basket": "您的商品",
        "apples": "红富士苹果",
        "each": "2 瓶 × 2.00",
        "tare": "皮 0.04 kg",
        "count": "共 2 件",
        "one": "共 1 件",
        "weighing": "正在称…",
        "settled": "已称好",
        "net": "净重 · 皮 0.040 kg",
        "use_terminal": "请在刷卡机上操作",
        "show_code": "请出示付款码",
        "confirm": "请在手机上确认付款",
        "wait": "请稍候，正在确认",
        "approved": "已收到，谢谢",
        "refused": "这次没有付成，请换一种方式",
        "left": "还需支付 ¥2.67",
        "thanks": "谢谢惠顾",
        "qr": "扫码入会",
    },
    "en": {
        "shop": "Dianshu Demo Shop",
        "welcome": "Welcome",
        "basket": "Your basket",
        "apples": "Fuji apples",
        "each": "2 btl × 2.00",
        "tare": "tare 0.04 kg",
        "count": "2 items",
        "one": "1 item",
        "weighing": "Weighing…",
        "settled": "Weighed",
        "net": "Net · tare 0.040 kg",
        "use_terminal": "Please use the terminal",
        "show_code": "Please show your payment code",
        "confirm": "Please confirm on your phone",
        "wait": "One moment, we are checking",
        "approved": "Received, thank you",
        "refused": "That did not go through. Please pay another way",
        "left": "Still to pay ¥2.67",
        "thanks": "Thank you",
        "qr": "Join us",
    },
}


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """How large the screen is."""
    return SIZES[request.param]


@pytest.fixture
def screen(page: Page, context: BrowserContext, language: str, size: tuple[int, int]) -> Iterator[FakeScreen]:
    """A screen that nobody is served at; whatever it shows fits."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    fake = FakeScreen(context)
    fake.open(page, language)
    yield fake
    whole(page)


def whole(page: Page) -> None:
    """For everybody, and nothing is cut off at the screen's edges."""
    check(page)
    cut_off = page.evaluate(
        """() => [...document.querySelectorAll('main *, .language')].filter(one => {
          const box = one.getBoundingClientRect();
          const fills = one.closest('.lines') || one.closest('svg') || one.matches('.picture');
          const fits = box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1 && box.left >= -1;
          return box.width && !fills && !fits;
        }).map(one => one.className + ': ' + one.textContent)"""
    )
    assert cut_off == []


both = pytest.mark.parametrize("language", WORDS)


@both
def test_a_basket_grows_line_by_line(page: Page, screen: FakeScreen, language: str) -> None:
    words = WORDS[language]
    expect(page.get_by_role("heading", name=words["shop"])).to_be_visible()
    expect(page.locator(".words")).to_contain_text(words["welcome"])
    whole(page)
    screen.show(basket=basket(APPLES, tare_g=40))
    expect(page.get_by_role("heading", name=words["basket"])).to_be_visible()
    expect(page.locator("li.newest .name")).to_have_text(words["apples"])
    expect(page.locator("li.newest")).to_contain_text(words["tare"])
    expect(page.locator(".count")).to_have_text(words["one"])
    screen.show(basket=basket(APPLES, WATER))
    expect(page.locator("li.newest .each")).to_contain_text(words["each"])
    expect(page.locator(".total")).to_have_text("¥12.67")
    expect(page.locator(".count")).to_have_text(words["count"])
    screen.show(basket=basket(*[WATER] * 40, APPLES))
    expect(page.locator("li.newest .name")).to_be_in_viewport()


@both
def test_a_weight_is_shown_until_it_is_sold(page: Page, screen: FakeScreen, language: str) -> None:
    words = WORDS[language]
    screen.weigh(735)
    expect(page.locator(".weight")).to_contain_text(words["weighing"])
    screen.weigh(735, settled=True, tare_g=40)
    expect(page.locator(".weight.settled")).to_contain_text(words["settled"])
    expect(page.locator(".weight")).to_contain_text(words["net"])
    expect(page.locator(".weight b")).to_have_text("0.735 kg")
    whole(page)
    screen.show(basket=basket(APPLES, tare_g=40))
    screen.weigh(735, sold=True, tare_g=40)
    expect(page.locator(".weight")).to_have_count(0)
    for nothing in (None, 0, -40):
        screen.weigh(nothing, settled=True)
        expect(page.locator(".weight")).to_have_count(0)


@both
@pytest.mark.parametrize("step", ["use_terminal", "show_code", "confirm", "wait", "approved", "refused"])
def test_what_the_customer_does_for_a_card_or_a_code(
    page: Page, screen: FakeScreen, language: str, step: str
) -> None:
    words, shown = WORDS[language], basket(APPLES, WATER)
    payment = frames.ShownPayment(step=step, amount_fen=1000, left_fen=267)  # type: ignore[arg-type]
    screen.show(basket=shown, payment=payment)
    note = page.locator(".payment")
    expect(note).to_contain_text(words[step])
    expect(note.locator(".amount")).to_have_count(0 if step == "refused" else 1)
    expect(note.locator(".left")).to_have_text(words["left"])
    whole(page)
    screen.show(basket=shown, payment=for_all(shown, payment))
    expect(note.locator(".left")).to_have_count(0)
    screen.show(basket=shown)
    expect(note).to_have_count(0)


def for_all(shown: frames.ShownBasket, payment: frames.ShownPayment) -> frames.ShownPayment:
    """The same payment for all of the basket."""
    return frames.ShownPayment(step=payment.step, amount_fen=shown.total_fen, left_fen=shown.total_fen)


@both
def test_change_and_thanks_after_cash_and_no_change_after_a_card(
    page: Page, screen: FakeScreen, language: str
) -> None:
    words = WORDS[language]
    qr = frames.ShownQr(text="扫码入会", text_en="Join us")
    screen.show(sale=frames.ShownSale(total_fen=1267, tendered_fen=2000, change_fen=733), qr=qr)
    expect(page.get_by_role("heading", name=words["thanks"])).to_be_visible()
    expect(page.locator("dt, dd")).to_have_text(SALE[language])
    expect(page.locator("figcaption")).to_have_text(words["qr"])
    whole(page)
    screen.show(sale=frames.ShownSale(total_fen=1267, tendered_fen=1267, change_fen=0))
    expect(page.locator("dt, dd")).to_have_text([*SALE[language][:3], "¥12.67"])
    screen.show(basket=basket(WATER))
    expect(page.get_by_role("heading", name=words["basket"])).to_be_visible()


@both
def test_the_shops_pictures_turn_while_nobody_is_served(
    page: Page, context: BrowserContext, screen: FakeScreen, language: str
) -> None:
    page.clock.install()
    page.reload()
    page.locator(".idle").wait_for()
    qr = frames.ShownQr(text="扫码入会", text_en="Join us")
    screen.show(pictures=["a 1.svg", "b.svg"], qr=qr)
    expect(page.locator("img.picture").last).to_have_attribute("src", "/api/screens/pictures/a%201.svg")
    expect(page.get_by_role("heading", name=WORDS[language]["shop"])).to_be_visible()
    whole(page)
    page.clock.run_for(8_000)
    expect(page.locator("img.picture").last).to_have_attribute("src", "/api/screens/pictures/b.svg")
    page.clock.run_for(8_000)
    expect(page.locator("img.picture").last).to_have_attribute("src", "/api/screens/pictures/a%201.svg")
    screen.show(pictures=["b.svg"], sale=frames.ShownSale(total_fen=1267, tendered_fen=2000, change_fen=733))
    expect(page.get_by_role("heading", name=WORDS[language]["thanks"])).to_be_visible()
    page.clock.run_for(30_000)
    expect(page.locator("img.picture").last).to_have_attribute("src", "/api/screens/pictures/b.svg")
    assert {"a%201.svg", "b.svg"} <= set(screen.pictures)
