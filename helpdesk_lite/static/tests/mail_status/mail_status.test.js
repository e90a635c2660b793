import {
    click,
    contains,
    defineMailModels,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { asyncStep, onRpc, waitForSteps } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

/** Show a note whose status and buttons are as the server sends them. */
async function showNote(status, actions, { hasWriteAccess = true } = {}) {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({ name: "Ticket" });
    const messageId = pyEnv["mail.message"].create({
        body: "<p>Text</p>",
        message_type: "comment",
        model: "res.partner",
        res_id: partnerId,
    });
    const env = await start();
    await openFormView("res.partner", partnerId);
    await contains(".o-mail-Message");
    const store = env.services["mail.store"];
    store.insert({
        "mail.message": [
            {
                id: messageId,
                helpdesk_lite_mail_status: status,
                helpdesk_lite_mail_actions: actions,
            },
        ],
        "mail.thread": [{ id: partnerId, model: "res.partner", hasWriteAccess }],
    });
    return messageId;
}

test("A badge says why a mail became a note, and buttons what can be made of it", async () => {
    await showNote("stranger", ["add_to_cc", "make_public"]);
    await contains(".o_helpdesk_lite_mail_status .badge", { text: "Not on this ticket" });
    await contains(".o_helpdesk_lite_mail_status button", { count: 2 });
    await contains("button[name='add_to_cc']", { text: "Add to Cc" });
    await contains("button[name='make_public']", { text: "Make public" });
});

for (const [status, key, label, button] of [
    ["unproven", "send", "Sender not proven", "Send to the customer"],
    ["internal", "send", "Answers a note", "Send to the customer"],
    ["others", "send", "Somebody else in To", "Send to the customer"],
    ["colleague", "make_public", "Colleague without a right for Helpdesk", "Make public"],
    ["limited", "make_public", "Too many mails", "Make public"],
    ["machine", "not_automatic", "Automatic", "Not automatic"],
]) {
    test(`Status "${status}" has the button "${button}"`, async () => {
        await showNote(status, [key]);
        await contains(".o_helpdesk_lite_mail_status .badge", { text: label });
        await contains(`.o_helpdesk_lite_mail_status button[name='${key}']`, { text: button });
    });
}

test("A mail that is kept apart has no button", async () => {
    await showNote("apart", []);
    await contains(".o_helpdesk_lite_mail_status .badge", { text: "Kept apart" });
    await contains(".o_helpdesk_lite_mail_status button", { count: 0 });
});

test("Who may not write the ticket sees the badge alone", async () => {
    await showNote("stranger", ["make_public"], { hasWriteAccess: false });
    await contains(".o_helpdesk_lite_mail_status .badge");
    await contains(".o_helpdesk_lite_mail_status button", { count: 0 });
});

test("Other messages show nothing", async () => {
    await showNote(false, []);
    await contains(".o-mail-Message");
    await contains(".o_helpdesk_lite_mail_status", { count: 0 });
});

test("A button calls its method with the message alone, and the badge goes", async () => {
    let messageId;
    onRpc("mail.message", "helpdesk_lite_make_public", ({ args, kwargs }) => {
        expect(args).toEqual([[messageId]]);
        expect(Object.keys(kwargs)).toEqual(["context"]);
        asyncStep("made public");
        return {
            "mail.message": [
                {
                    id: messageId,
                    helpdesk_lite_mail_status: false,
                    helpdesk_lite_mail_actions: [],
                },
            ],
        };
    });
    messageId = await showNote("unproven", ["send"]);
    await click(".o_helpdesk_lite_mail_status button[name='send']");
    await waitForSteps(["made public"]);
    await contains(".o_helpdesk_lite_mail_status", { count: 0 });
});
