"""What the shop in memory sells."""

from typing import Any

CATEGORIES = (
    ("drinks", "饮料", "Drinks"),
    ("snacks", "零食", "Snacks"),
    ("grain", "粮油调味", "Grain & sauces"),
    ("dairy", "乳品", "Dairy"),
    ("care", "个人护理", "Personal care"),
    ("home", "家居清洁", "Household"),
    ("fresh", "生鲜", "Fresh"),
    ("paper", "纸品", "Paper"),
)
CONTAINERS: list[dict[str, Any]] = [
    {"name": "塑料盒", "name_en": "Plastic box", "tare_g": 40},
    {"name": "玻璃碗", "name_en": "Glass bowl", "tare_g": 320},
]
GOODS = (
    ("drinks", "矿泉水 550ml", "Mineral water 550 ml", 200, "瓶"),
    ("drinks", "冰红茶 500ml", "Iced black tea 500 ml", 350, "瓶"),
    ("drinks", "无糖乌龙茶 500ml", "Oolong tea, no sugar 500 ml", 500, "瓶"),
    ("drinks", "橙汁 1L", "Orange juice 1 L", 1290, "盒"),
    ("drinks", "苏打水 400ml", "Soda water 400 ml", 420, "瓶"),
    ("drinks", "可乐 330ml 六联装", "Cola 330 ml, six pack", 1580, "组"),
    ("drinks", "豆奶 250ml", "Soy milk 250 ml", 280, "盒"),
    ("drinks", "茉莉花茶 500ml", "Jasmine tea 500 ml", 450, "瓶"),
    ("drinks", "运动饮料 600ml", "Sports drink 600 ml", 550, "瓶"),
    ("drinks", "椰子水 330ml", "Coconut water 330 ml", 690, "盒"),
    ("drinks", "速溶咖啡 20条", "Instant coffee, 20 sticks", 3290, "盒"),
    ("drinks", "菊花茶 罐装 310ml", "Chrysanthemum tea can 310 ml", 300, "罐"),
    ("snacks", "苏打饼干 400g", "Soda crackers 400 g", 990, "袋"),
    ("snacks", "五香瓜子 260g", "Spiced sunflower seeds 260 g", 1150, "袋"),
    ("grain", "东北大米 5kg", "North-east rice 5 kg", 4290, "袋"),
    ("grain", "生抽酱油 500ml", "Light soy sauce 500 ml", 1180, "瓶"),
    ("dairy", "纯牛奶 250ml 整箱", "Pure milk 250 ml, case", 5990, "箱"),
    ("care", "牙膏 120g", "Toothpaste 120 g", 1390, "支"),
    ("home", "洗洁精 1kg", "Dish soap 1 kg", 1290, "瓶"),
    ("fresh", "红富士苹果", "Fuji apples", 898, "kg"),
    ("paper", "抽纸 3层 10包", "Tissues 3-ply, 10 packs", 2690, "提"),
)


def items() -> list[dict[str, Any]]:
    """The catalogue as the hub would tell it."""
    return [
        {
            "item_id": f"item-{number:03d}",
            "sku": f"SKU{number:05d}",
            "name": name,
            "name_en": name_en,
            "category": category,
            "unit": unit,
            "sold_by": "weight" if unit == "kg" else "piece",
            "price_fen": price_fen,
            "tax_rate_bp": 1300,
            "stock_policy": "allow",
            "code": f"69012345{number:05d}",
        }
        for number, (category, name, name_en, price_fen, unit) in enumerate(GOODS, start=1)
    ]
