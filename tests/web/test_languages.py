"""Every page is there in English and in Chinese; JSON stays English."""

from flask.testing import FlaskClient

from tests.web.conftest import Looked
from tests.web.pages import get_page

CHINESE_BROWSER = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}


def language_of(client: FlaskClient, address: str, **headers: str) -> str | None:
    return client.get(address, headers=headers).headers.get("Content-Language")


def test_a_browser_gets_the_language_that_it_prefers(cat: Looked) -> None:
    assert language_of(cat.program, "/", **CHINESE_BROWSER) == "zh-Hans"
    assert language_of(cat.program, "/", **{"Accept-Language": "zh-TW"}) == "zh-Hans"
    assert language_of(cat.program, "/", **{"Accept-Language": "fr, en;q=0.5"}) == "en"
    assert language_of(cat.program, "/") == "en"


def test_the_language_that_was_asked_for_is_kept_against_the_browser_s_wish(cat: Looked) -> None:
    visitor = cat.program
    assert language_of(visitor, "/?lang=zh") == "zh-Hans"
    assert language_of(visitor, "/layers") == "zh-Hans"
    assert language_of(visitor, "/layers?lang=en", **CHINESE_BROWSER) == "en"
    assert language_of(visitor, "/", **CHINESE_BROWSER) == "en"


def test_a_language_that_there_is_not_changes_nothing(cat: Looked) -> None:
    visitor = cat.program
    response = visitor.get("/layers?lang=xx")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert response.headers["Content-Language"] == "en"


def test_changing_the_language_leaves_the_visitor_who_they_are(cat: Looked) -> None:
    visitor = cat.program
    visitor.get("/")
    cookies = visitor.get("/layers?lang=zh").headers.getlist("Set-Cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["lang"]


def test_the_switch_keeps_the_page_and_what_was_asked_of_it(cat: Looked) -> None:
    page = get_page(cat.program, "/classes?q=dog&lang=en", follow=False)
    (switch,) = [link for link in page.all("a") if link.get("hreflang")]
    assert switch.get("href") == "/classes?q=dog&lang=zh"
    chinese = get_page(cat.program, "/classes?q=dog&lang=zh", follow=False)
    assert chinese.root.get("lang") == "zh-Hans"
    assert "一千个词" in chinese.text


def test_caches_are_told_what_a_page_depends_on(cat: Looked) -> None:
    vary = cat.program.get("/layers").vary
    assert {"accept", "accept-language", "cookie"} <= {name.lower() for name in vary}


def test_an_error_with_values_is_told_in_the_page_s_language(cat: Looked) -> None:
    page = get_page(cat.program, "/layers/block1_conv1/filters/64?lang=zh", status=404, follow=False)
    assert "block1_conv1 的滤波器编号为 0 到 63，没有 64。" in page.text


def test_a_page_s_own_script_gets_sentences_that_its_page_can_show(cat: Looked) -> None:
    headers = CHINESE_BROWSER | {"Accept": "application/json", "X-Requested-With": "vggweb"}
    response = cat.program.get("/nothing", headers=headers)
    assert response.get_json()["error"] == {
        "code": "not_found",
        "message": "这个地址没有内容。",
        "hint": "请检查地址是否漏了字母，或从首页开始。",
    }


def test_json_is_english_for_everybody(cat: Looked) -> None:
    response = cat.program.get("/layers/block1_conv1/filters/64.json?lang=zh", headers=CHINESE_BROWSER)
    assert response.get_json()["error"]["message"] == "block1_conv1 has the filters 0 to 63, and no 64."
    assert "Content-Language" not in response.headers
