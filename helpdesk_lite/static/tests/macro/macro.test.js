import { insertText } from "@html_editor/../tests/_helpers/user_actions";
import { setSelection } from "@html_editor/../tests/_helpers/selection";
import { HtmlComposerMessageField } from "@mail/views/web/fields/html_composer_message_field/html_composer_message_field";
import {
    click,
    contains,
    defineMailModels,
    mailModels,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { animationFrame, queryOne, waitFor } from "@odoo/hoot-dom";
import { tick } from "@odoo/hoot-mock";
import {
    asyncStep,
    makeMockServer,
    mountView,
    onRpc,
    patchWithCleanup,
    waitForSteps,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
mailModels.MailComposeMessage._views = {};
defineMailModels();

test("The menu lists the macros that fit, and applies one", async () => {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({ name: "Ticket" });
    onRpc("res.partner", "get_macros", ({ args }) => {
        expect(args[0]).toEqual([partnerId]);
        return [
            { id: 3, name: "I take care of it", own: false },
            { id: 5, name: "Mine", own: true },
        ];
    });
    onRpc("res.partner", "apply_macro", ({ args }) => {
        asyncStep(`apply ${args[1]}`);
        return true;
    });
    await start();
    await openFormView("res.partner", partnerId, {
        arch: `
            <form>
                <header><widget name="helpdesk_lite_macro_menu"/></header>
                <sheet><field name="name"/></sheet>
            </form>`,
    });
    await click(".o_helpdesk_lite_macros");
    await contains(".o-dropdown--menu .dropdown-item", { count: 2 });
    await contains(".o-dropdown--menu .dropdown-item .fa-user-o", { count: 1 });
    await click(".o-dropdown--menu .dropdown-item", { text: "Mine" });
    await waitForSteps(["apply 5"]);
});

test("Other chatters have no macros", async () => {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({ name: "Partner" });
    await start();
    await openFormView("res.partner", partnerId);
    await click("button", { text: "Send message" });
    await contains(".o-mail-Composer");
    await contains(".o-mail-Composer .fa-bolt", { count: 0 });
});

test("Two colons in the full composer offer canned responses", async () => {
    const { env } = await makeMockServer();
    env["mail.canned.response"].create([
        { source: "thanks", substitution: "Thank you\nfor your message" },
        { source: "solved", substitution: "It works again" },
    ]);
    const resId = env["mail.compose.message"].create({
        display_name: "Some Composer",
        body: "Hello",
    });
    let editor;
    patchWithCleanup(HtmlComposerMessageField.prototype, {
        onEditorLoad(loaded) {
            editor = loaded;
            return super.onEditorLoad(...arguments);
        },
    });
    await mountView({
        type: "form",
        resId,
        resModel: "mail.compose.message",
        arch: `<form><field name="body" type="html" widget="html_composer_message"/></form>`,
    });
    const anchorNode = queryOne(".odoo-editor-editable div.o-paragraph");
    setSelection({ anchorNode, anchorOffset: 1 });
    await insertText(editor, " :");
    await tick();
    expect(".o_helpdesk_lite_responses").toHaveCount(0);
    await insertText(editor, ":");
    await waitFor(".o_helpdesk_lite_responses");
    await contains(".o-mail-NavigableList-item", { count: 2 });
    await click(".o-mail-NavigableList-item", { text: "thanks" });
    await animationFrame();
    expect(".odoo-editor-editable").toHaveText("Hello Thank you\nfor your message");
});
