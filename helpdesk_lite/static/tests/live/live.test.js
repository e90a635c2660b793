import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { edit, press, queryAllAttributes, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    MockServer,
    models,
    mountView,
    onRpc,
    serverState,
} from "@web/../tests/web_test_helpers";
import { FORGET } from "@helpdesk_lite/live/live_service";

describe.current.tags("desktop");

const NEWS = "helpdesk.lite.ticket/news";
const PRESENCE = "helpdesk.lite.ticket/presence";
const ON_TICKET = "helpdesk.lite.ticket_1";
const CHANGED = ".o_helpdesk_lite_changed";
const PERSON = ".o_helpdesk_lite_person";
const REFRESH = ".o_helpdesk_lite_news button";

class Ticket extends models.Model {
    _name = "helpdesk.lite.ticket";

    name = fields.Char({ string: "Subject" });
    phone = fields.Char({ string: "Phone" });
    is_closed = fields.Boolean();
    _records = [
        { id: 1, name: "Door", phone: "1" },
        { id: 2, name: "Window", is_closed: true },
    ];
}

defineMailModels();
defineModels([Ticket]);

/** What the server would send on a channel that the page has joined, and a little time. */
async function send(channel, type, payload) {
    MockServer.env["bus.bus"]._sendone(channel, type, payload);
    for (let step = 0; step < 6; step++) {
        await advanceTime(300);
        await animationFrame();
    }
}

const tell = (channel, id, kinds, values = {}) =>
    send(channel, NEWS, { tickets: [{ id, kinds, fields: [], by: false, ...values }] });

const meet = (state, id = 900) =>
    send(ON_TICKET, PRESENCE, {
        ticket_id: 1,
        user_id: id,
        name: "Kim",
        avatar: "/web/static/img/user_menu_avatar.png",
        state,
    });

/**
 * Note each call of these methods of tickets; return what is told of oneself.
 *
 * @param {number} mark the last number of the bus when the page was loaded
 */
function note(methods = [], mark = 0) {
    const told = [];
    onRpc("helpdesk.lite.ticket", "*", ({ method, args }) => {
        if (methods.includes(method)) {
            expect.step(method);
        }
        if (method === "tell_presence") {
            told.push(args[1]);
        }
        if (["get_news_mark", "tell_presence"].includes(method)) {
            return mark;
        }
    });
    return told;
}

async function showForm() {
    await mountView({
        type: "form",
        resModel: "helpdesk.lite.ticket",
        resId: 1,
        arch: `<form><field name="name"/><field name="phone"/><widget name="helpdesk_lite_live"/></form>`,
    });
    await waitForChannels([ON_TICKET]);
}

async function showList() {
    await mountView({
        type: "list",
        resModel: "helpdesk.lite.ticket",
        domain: [["is_closed", "=", false]],
        arch: `<list><field name="name"/></list>`,
    });
    await waitForChannels(["helpdesk.lite.teams"]);
}

test("A list says how many are new, and shows them when one clicks", async () => {
    note(["web_search_read", "search"]);
    await showList();
    expect.verifySteps(["web_search_read"]);
    const [id] = MockServer.env["helpdesk.lite.ticket"].create([{ name: "Roof" }]);
    await tell("helpdesk.lite.teams", id, ["new"]);
    expect(queryAllTexts(REFRESH)).toEqual(["1 new, refresh"]);
    expect(queryAllTexts(".o_data_cell")).toEqual(["Door"]);
    expect.verifySteps(["search"]);
    await contains(REFRESH).click();
    expect(queryAllTexts(".o_data_cell")).toEqual(["Door", "Roof"]);
    expect.verifySteps(["web_search_read"]);
    expect(REFRESH).toHaveCount(0);
});

test("A list says what changed on it, and nothing of tickets that aren't its own", async () => {
    note(["search"]);
    await showList();
    await tell("helpdesk.lite.teams", 1, ["changed", "message"]);
    expect(queryAllTexts(REFRESH)).toEqual(["1 changed, refresh"]);
    expect.verifySteps([]);
    await contains(REFRESH).click();
    await tell("helpdesk.lite.teams", 2, ["changed"]);
    expect.verifySteps(["search"]);
    await tell("helpdesk.lite.teams", 2, ["message"]);
    await tell("helpdesk.lite.teams", 1, ["changed"], { by: serverState.userId });
    expect(REFRESH).toHaveCount(0);
});

test("A pipeline says so, too", async () => {
    note();
    await mountView({
        type: "kanban",
        resModel: "helpdesk.lite.ticket",
        context: { default_team_id: 7 },
        arch: `<kanban><templates><t t-name="card"><field name="name"/></t></templates></kanban>`,
    });
    await waitForChannels(["helpdesk.lite.team_7"]);
    await tell("helpdesk.lite.team_7", 1, ["changed"]);
    expect(queryAllTexts(REFRESH)).toEqual(["1 changed, refresh"]);
});

test("A form that nobody changes shows by itself what came in", async () => {
    note(["web_read"]);
    await showForm();
    expect.verifySteps(["web_read"]);
    MockServer.env["helpdesk.lite.ticket"].write([1], { name: "Gate" });
    await tell(ON_TICKET, 1, ["changed"], { fields: ["name"] });
    expect(queryFirst(".o_field_widget[name=name] input")).toHaveValue("Gate");
    expect.verifySteps(["web_read"]);
    expect(CHANGED).toHaveCount(0);
    await tell(ON_TICKET, 2, ["changed"], { fields: ["name"] });
    await tell(ON_TICKET, 1, ["changed"], { by: serverState.userId });
    expect.verifySteps([]);
});

test("A form that is being changed loses nothing, and says what changed", async () => {
    note(["web_read", "web_save"]);
    await showForm();
    await contains(".o_field_widget[name=phone] input").edit("22");
    MockServer.env["helpdesk.lite.ticket"].write([1], { name: "Gate" });
    await tell(ON_TICKET, 1, ["changed"], { fields: ["name"] });
    expect(queryFirst(".o_field_widget[name=phone] input")).toHaveValue("22");
    expect(queryAllTexts(`${CHANGED} > span`)).toEqual(["Somebody changed this ticket: Subject"]);
    expect.verifySteps(["web_read"]);
    await contains(`${CHANGED} button`).click();
    expect(queryFirst(".o_field_widget[name=phone] input")).toHaveValue("22");
    expect(queryFirst(".o_field_widget[name=name] input")).toHaveValue("Gate");
    expect(CHANGED).toHaveCount(0);
    expect.verifySteps(["web_save"]);
});

test("A form in whose field somebody stands waits, too", async () => {
    note();
    await showForm();
    await contains(".o_field_widget[name=phone] input").click();
    await edit("333", { confirm: false });
    await tell(ON_TICKET, 1, ["changed"], { fields: ["name"] });
    expect(queryFirst(".o_field_widget[name=phone] input")).toHaveValue("333");
    expect(CHANGED).toHaveCount(1);
    await press("Tab");
    await animationFrame();
    expect(queryFirst(".o_field_widget[name=phone] input")).toHaveValue("333");
});

test("A form shows who else is here and who is writing, and forgets who says nothing", async () => {
    const told = note();
    await showForm();
    expect(told.shift()).toBe("opened");
    told.length = 0;
    await meet("opened");
    expect(told).toEqual(["here"]);
    expect(queryAllAttributes(PERSON, "title")).toEqual(["Kim has this ticket open"]);
    await meet("writing");
    expect(queryAllTexts(PERSON)).toEqual(["Kim is writing…"]);
    await advanceTime(FORGET / 2);
    await animationFrame();
    expect(queryAllTexts(PERSON)).toEqual([""]);
    await advanceTime(FORGET);
    await animationFrame();
    expect(PERSON).toHaveCount(0);
    expect(new Set(told)).toEqual(new Set(["here"]));
});

test("Who leaves is gone, and one is no company to oneself", async () => {
    note();
    await showForm();
    await meet("here");
    expect(PERSON).toHaveCount(1);
    await meet("left");
    await meet("here", serverState.userId);
    expect(PERSON).toHaveCount(0);
});

test("What happened before isn't told again", async () => {
    note([], 1000);
    await showList();
    await tell("helpdesk.lite.teams", 1, ["changed"]);
    expect(REFRESH).toHaveCount(0);
    await showForm();
    await meet("writing");
    expect(PERSON).toHaveCount(0);
});
