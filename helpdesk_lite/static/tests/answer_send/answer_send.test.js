import {
    click,
    contains,
    defineMailModels,
    insertText,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import { describe, test } from "@odoo/hoot";
import {
    asyncStep,
    defineModels,
    fields,
    models,
    onRpc,
    waitForSteps,
} from "@web/../tests/web_test_helpers";

class Ticket extends models.Model {
    _name = "helpdesk.lite.ticket";
    _inherit = ["mail.thread"];

    name = fields.Char();
    _views = { form: `<form><field name="name"/><chatter/></form>` };
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Ticket]);

const NOTHING = { messages: [], state: false, warnings: [], message_id: 1 };
const SEND = ".o-mail-Composer-send";
const SOLVE = ".o_helpdesk_lite_send_solve";
const WAIT = ".o_helpdesk_lite_send_wait";
const SEND_AS = ".o_helpdesk_lite_send_as";
const TEXT = ".o-mail-Composer-input";

/** The chatter of a ticket, where the server finds `found` in each answer. */
async function openTicket(found = NOTHING, choices = {}) {
    const pyEnv = await startServer();
    const id = pyEnv["helpdesk.lite.ticket"].create({ name: "Oven is cold" });
    onRpc("helpdesk.lite.ticket", "check_answer", ({ kwargs }) => {
        asyncStep(`check ${kwargs.body} since ${kwargs.since.is_closed}`);
        return found;
    });
    onRpc("/mail/message/post", async (request) => {
        const { params } = await request.json();
        const { helpdesk_lite_then: then, helpdesk_lite_as_team: team } = params.post_data;
        asyncStep(`post ${then} ${team}`);
    });
    const env = await start();
    await openFormView("helpdesk.lite.ticket", id);
    await contains(".o-mail-Chatter");
    env.services["mail.store"].insert({
        "mail.thread": [
            {
                id,
                model: "helpdesk.lite.ticket",
                hasWriteAccess: true,
                helpdeskLiteAnswer: {
                    isClosed: false,
                    canWait: true,
                    sendAs: "person",
                    teamName: "Customer Care",
                    ...choices,
                },
            },
        ],
    });
    return env;
}

test("Send & solve and Send & wait stand at Send, and go with the answer", async () => {
    for (const [button, then] of [
        [SOLVE, "solve"],
        [WAIT, "wait"],
        [SEND, "undefined"],
    ]) {
        if (button === SOLVE) {
            await openTicket();
        }
        await click("button", { text: "Send message" });
        await contains(`${SOLVE}:disabled`);
        await insertText(TEXT, "Try again");
        await click(`${button}:enabled`);
        await waitForSteps(["check Try again since false", `post ${then} undefined`]);
        await contains(TEXT, { count: 0 });
    }
});

test("a closed ticket has Send alone, and so has a team where nothing waits", async () => {
    await openTicket(NOTHING, { isClosed: true });
    await click("button", { text: "Send message" });
    await contains(SEND_AS);
    await contains(SOLVE, { count: 0 });
    await contains(WAIT, { count: 0 });
});

test("a note is neither asked about nor solves anything", async () => {
    await openTicket();
    await click("button", { text: "Log note" });
    await insertText(TEXT, "Try again");
    await contains(SOLVE, { count: 0 });
    await contains(SEND_AS, { count: 0 });
    await click(`${SEND}:enabled`);
    await waitForSteps(["post undefined undefined"]);
});

test("one is warned once for a draft, and what was typed stays", async () => {
    await openTicket({
        ...NOTHING,
        warnings: [{ code: "placeholder", text: "A placeholder is left in it: [name]" }],
    });
    await click("button", { text: "Send message" });
    await insertText(TEXT, "Dear [name]");
    await click(`${SOLVE}:enabled`);
    await contains(".modal .alert", { text: "A placeholder is left in it: [name]" });
    await click(".o_helpdesk_lite_keep_draft");
    await contains(".modal", { count: 0 });
    await contains(TEXT, { value: "Dear [name]" });
    await waitForSteps(["check Dear [name] since false"]);
    await click(`${SEND}:enabled`);
    await waitForSteps(["check Dear [name] since false", "post undefined undefined"]);
});

test("what another wrote meanwhile is shown before, and it may be sent anyway", async () => {
    await openTicket({
        ...NOTHING,
        messages: [{ author: "Ann", date: "2026-03-02 10:00:00", text: "I have done it" }],
        state: "The ticket was closed.",
    });
    await click("button", { text: "Send message" });
    await insertText(TEXT, "Try again");
    await click(`${SOLVE}:enabled`);
    await contains(".modal blockquote", { text: "I have done it" });
    await contains(".modal .alert", { text: "The ticket was closed." });
    await click(".o_helpdesk_lite_send_anyway");
    await waitForSteps(["check Try again since false", "post solve undefined"]);
});

test("the sender's name can be chosen for one message", async () => {
    await openTicket(NOTHING, { sendAs: "team" });
    await click("button", { text: "Send message" });
    await click(SEND_AS, { text: "as Customer Care" });
    await contains(SEND_AS, { text: "as me" });
    await insertText(TEXT, "Try again");
    await click(`${SEND}:enabled`);
    await waitForSteps(["check Try again since false", "post undefined false"]);
    await contains(TEXT, { count: 0 });
    await click("button", { text: "Send message" });
    await contains(SEND_AS, { text: "as Customer Care" });
});

test("a dialog that is closed keeps the draft, which can be sent again", async () => {
    let isNews = true;
    await openTicket();
    onRpc("helpdesk.lite.ticket", "check_answer", () => {
        if (isNews) {
            isNews = false;
            return { ...NOTHING, state: "The ticket was merged." };
        }
        return NOTHING;
    });
    await click("button", { text: "Send message" });
    await insertText(TEXT, "Try again");
    await click(`${SEND}:enabled`);
    await click(".modal .btn-close");
    await contains(TEXT, { value: "Try again" });
    await click(`${SEND}:enabled`);
    await waitForSteps(["post undefined undefined"]);
});
