"""Looks at the server's pages through Debian's Chromium, as a person would.

    swagger_ui.py URL KEY [FOLDER]

Opens the first page, follows its link to Swagger UI, shows the key, calls `POST /customers` by "Try it out" and reads
the answer off the page. Fails, with the reason, if anything on the way went to another server, was refused by the
policy, or was written to the console as an error. With FOLDER it leaves a picture of each step there.
"""

import sys
from urllib.parse import urlsplit

from playwright.sync_api import expect, sync_playwright


def main(url: str, key: str, folder: str | None) -> None:
    faults: list[str] = []
    statuses: dict[str, int] = {}
    server = urlsplit(url).netloc
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))

        def seen(request) -> None:
            address = urlsplit(request.url)
            if address.scheme not in ("data", "blob") and address.netloc != server:
                faults.append(f"a request to {request.url}")

        page.on("request", seen)
        page.on("response", lambda response: statuses.update({response.url: response.status}))

        def picture(name: str) -> None:
            if folder:
                page.screenshot(path=f"{folder}/{name}.png")

        page.goto(url)
        expect(page.locator("h1")).to_have_text("Roster")
        expect(page.locator(".good")).to_be_visible()
        picture("first")
        page.get_by_text("Read and try the API").click()
        operation = page.locator("#operations-Customers-listCustomers")
        expect(operation).to_be_visible()
        picture("operations")

        page.locator("button.authorize").first.click()
        field = page.locator("input[aria-label='auth-api-key-value'], input#api_key_value").first
        field.fill(key)
        page.locator(".auth-container button.authorize").first.click()
        page.locator(".auth-container button.btn-done, .modal-ux button.close-modal").first.click()

        operation.locator("button.opblock-summary-control").click()
        operation.locator("button.execute").click()
        expect(operation.locator(".live-responses-table tbody .response-col_status").first).to_contain_text(
            "200"
        )
        expect(operation.locator(".live-responses-table")).to_contain_text("customer_id")
        picture("answer")
        browser.close()
    if not any(path.startswith(f"{url}/customers?") and status == 200 for path, status in statuses.items()):
        faults.append(f"no page of customers came: {statuses}")
    refused = [f"{path}: {status}" for path, status in statuses.items() if status >= 400]
    if faults or refused:
        sys.exit("\n".join(faults + refused))
    print(f"{len(statuses)} answers, all from {server}")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
