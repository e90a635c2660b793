import {
    click,
    contains,
    defineMailModels,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    asyncStep,
    defineModels,
    fields,
    models,
    onRpc,
    patchWithCleanup,
    serverState,
    waitForSteps,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";
import { setSeen } from "@helpdesk_lite/reading/seen";
import { isSameSubject } from "@helpdesk_lite/reading/subject";

describe.current.tags("desktop");

class Ticket extends models.Model {
    _name = "helpdesk.lite.ticket";

    name = fields.Char();
    description = fields.Html();
    activity_ids = fields.One2many({ relation: "mail.activity" });
    message_ids = fields.One2many({ relation: "mail.message" });
    message_follower_ids = fields.Many2many({ relation: "mail.followers" });
    _views = {
        form: `<form><sheet><field name="name"/><field name="description"/></sheet><chatter/></form>`,
    };
}

defineMailModels();
defineModels([Ticket]);

/** A ticket with these messages, oldest first; returns its id and theirs. */
async function makeTicket(messages, values = {}, model = "helpdesk.lite.ticket") {
    const pyEnv = await startServer();
    const ticketId = pyEnv[model].create({ name: "Printer (HD00042)", ...values });
    const customerId = pyEnv["res.partner"].create({ name: "Carla" });
    const messageIds = messages.map((message) =>
        pyEnv["mail.message"].create({
            author_id: customerId,
            message_type: "comment",
            model,
            res_id: ticketId,
            ...message,
        })
    );
    return { pyEnv, ticketId, customerId, messageIds };
}

async function open(ticketId, count, model = "helpdesk.lite.ticket") {
    await start();
    await openFormView(model, ticketId);
    await contains(".o-mail-Message", { count });
}

const getBodies = () => queryAllTexts(".o-mail-Message-body:visible");

test("a subject is shown where it says something new", async () => {
    for (const [subject, isSame] of [
        ["Printer", true],
        ["RE: [HD00042] Printer", true],
        ["Re: re : FW: printer", true],
        ["답장: 회신: [HD00042]  Printer", true],
        ["[회신] Printer", true],
        ["AW: [HD00042] Printer", true],
        ["Scanner", false],
        ["Re: [HD00043] Printer", false],
        ["Printer: on fire", false],
    ]) {
        expect([subject, isSameSubject(subject, "Printer (HD00042)")]).toEqual([subject, isSame]);
    }
    expect(isSameSubject("Re: Printer (old)", "Printer (old)")).toBe(true);
});

test("the first message is a line that opens, where the description says the same", async () => {
    const { ticketId } = await makeTicket(
        [
            { body: "<div>It <b>burns</b>.</div>", subject: "RE: [HD00042] Printer" },
            { body: "<p>And smells.</p>" },
        ],
        { description: "<p>It burns.</p>" }
    );
    await open(ticketId, 2);
    await contains(".o-helpdesk-lite-line", { count: 1, text: "First message: see Description" });
    expect(getBodies()).toEqual(["And smells."]);
    await click(".o-helpdesk-lite-line");
    await contains(".o-helpdesk-lite-line[aria-expanded='true']");
    await contains(".o-helpdesk-lite-closed", { count: 0 });
    expect(getBodies()).toEqual(["And smells.", "It burns."]);
});

test("the first message is shown where somebody edited the description", async () => {
    const { ticketId } = await makeTicket([{ body: "<p>It burns.</p>" }], {
        description: "<p>It burns blue.</p>",
    });
    await open(ticketId, 1);
    await contains(".o-helpdesk-lite-line", { count: 0 });
    expect(getBodies()).toEqual(["It burns."]);
});

test("what the desk sent by itself is a line that opens", async () => {
    const { pyEnv, ticketId, customerId, messageIds } = await makeTicket([
        { body: "<p>We have it.</p>", message_type: "auto_comment", subject: "[HD00042] Printer" },
        { body: "<p>An answer</p>" },
    ]);
    pyEnv["mail.notification"].create({
        mail_message_id: messageIds[0],
        notification_status: "sent",
        notification_type: "email",
        res_partner_id: customerId,
    });
    await open(ticketId, 2);
    await contains(".o-helpdesk-lite-line", {
        text: "Automatic e-mail to Carla: [HD00042] Printer",
    });
    await contains(".o-helpdesk-lite-closed", { count: 1 });
    await click(".o-helpdesk-lite-line");
    await contains(".o-helpdesk-lite-closed", { count: 0 });
});

test("newest first or last, as the user chose", async () => {
    onRpc("res.users.settings", "set_res_users_settings", ({ kwargs }) => {
        asyncStep(kwargs.new_settings.helpdesk_lite_order);
        return kwargs.new_settings;
    });
    const { ticketId } = await makeTicket([{ body: "<p>one</p>" }, { body: "<p>two</p>" }]);
    await open(ticketId, 2);
    expect(getBodies()).toEqual(["two", "one"]);
    await click(".o-helpdesk-lite-order");
    await waitForSteps(["asc"]);
    await animationFrame();
    expect(getBodies()).toEqual(["one", "two"]);
    await click(".o-helpdesk-lite-order");
    await waitForSteps(["desc"]);
    await animationFrame();
    expect(getBodies()).toEqual(["two", "one"]);
});

test("a line parts what came since the user's last look", async () => {
    const { ticketId, messageIds } = await makeTicket([
        { body: "<p>old</p>" },
        { body: "<p>mine</p>", author_id: serverState.partnerId },
        { body: "<p>new</p>" },
    ]);
    setSeen(ticketId, messageIds[0]);
    await open(ticketId, 3);
    await contains(".o-helpdesk-lite-new", { count: 1 });
    const line = queryFirst(".o-helpdesk-lite-new");
    expect(line.previousElementSibling.textContent).toInclude("mine");
    expect(line.nextElementSibling.textContent).toInclude("old");
    const key = `helpdesk_lite.seen.${user.userId}`;
    expect(JSON.parse(browser.localStorage.getItem(key))).toEqual([[ticketId, messageIds[2]]]);
});

test("what one wrote oneself is not new, and neither is a first look", async () => {
    const { ticketId, messageIds } = await makeTicket([
        { body: "<p>old</p>" },
        { body: "<p>mine</p>", author_id: serverState.partnerId },
    ]);
    setSeen(ticketId, messageIds[0]);
    await open(ticketId, 2);
    await contains(".o-helpdesk-lite-new", { count: 0 });
});

test("what stands in the storage and is no list is no harm", async () => {
    browser.localStorage.setItem(`helpdesk_lite.seen.${user.userId}`, "{broken");
    const { ticketId } = await makeTicket([{ body: "<p>one</p>" }]);
    await open(ticketId, 1);
    await contains(".o-helpdesk-lite-new", { count: 0 });
});

test("Reply opens the composer, and goes away while one writes", async () => {
    const { ticketId } = await makeTicket([{ body: "<p>one</p>" }]);
    await open(ticketId, 1);
    queryFirst(".o-helpdesk-lite-reply button").click();
    await contains(".o-mail-Composer");
    await contains(".o-helpdesk-lite-reply", { count: 0 });
});

test("other chatters are as they were", async () => {
    patchWithCleanup(user, { settings: { ...user.settings, helpdesk_lite_order: "asc" } });
    const { ticketId } = await makeTicket(
        [
            { body: "<p>one</p>", message_type: "auto_comment" },
            { body: "<p>two</p>", subject: "Re: [HD00042] Printer" },
        ],
        {},
        "res.partner"
    );
    await open(ticketId, 2, "res.partner");
    expect(getBodies().length).toBe(2);
    expect(queryFirst(".o-mail-Message-body").textContent).toInclude("two");
    for (const name of ["order", "new", "reply", "line"]) {
        expect(`.o-helpdesk-lite-${name}`).toHaveCount(0);
    }
});
