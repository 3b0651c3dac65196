"""What IBM's accessibility checker says of a page: other rules than axe's, of another house."""

from playwright.sync_api import Page

from tests.e2e.stage import ROOT

ENGINE = ROOT / "frontend/node_modules/accessibility-checker-engine/ace.js"
CHECK = """async () => {
    const { results } = await new ace.Checker().check(document, ['IBM_Accessibility', 'WCAG_2_2']);
    return results.map(({ ruleId, value, message, path }) => [value.join(' '), `${ruleId}: ${path.dom}: ${message}`]);
}"""
WRONG = "VIOLATION FAIL"  # the rest is advice, or for people to look at


def violations(page: Page) -> list[str]:
    """One line for each element that fails a rule."""
    # As a developer's console does it: our policy lets no page load scripts from elsewhere.
    script = f"globalThis.ace = (() => {{{ENGINE.read_text()}\nreturn ace; }})(); undefined"
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": script})
    found = page.evaluate(CHECK)
    assert any(verdict.endswith("PASS") for verdict, _ in found), "nothing was looked at"
    return [what for verdict, what in found if verdict == WRONG]
