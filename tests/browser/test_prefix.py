"""The site under a prefix, in a browser: nothing is asked for outside it, and what scripts do works."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.prefix_proxy import served_under
from tests.servers import running_server


def test_under_a_prefix_every_page_loads_whole_and_the_script_sends_photos(browser: Browser, tmp_path: Path) -> None:
    with (
        running_server(tmp_path, VGGWEB_TRUSTED_PROXIES="1") as server,
        served_under("/vgg", server.url) as (url, strays),
    ):
        page = browser.new_page()
        failed: list[str] = []
        page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
        page.goto(f"{url}/")
        page.get_by_role("button", name="cat").first.click()
        page.wait_for_url(f"{url}/r/*")
        addresses = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        for address in sorted({one.split("#")[0] for one in addresses if one.startswith(url)})[:25]:
            if not address.endswith((".json", ".zip", ".ipynb", ".html", ".png", ".py")):
                page.goto(address)
        page.goto(f"{url}/")
        page.set_input_files("input[type=file]", "static/samples/cat.jpg")  # the script sends it at once
        page.wait_for_url(f"{url}/r/*")
        cookies = page.context.cookies()
        page.close()
    assert not strays
    assert not failed
    assert {cookie["path"] for cookie in cookies if cookie["name"].startswith("vggweb")} == {"/vgg"}
