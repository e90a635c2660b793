import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { press } from "@odoo/hoot-dom";
import { browser } from "@web/core/browser/browser";
import { WebClient } from "@web/webclient/webclient";
import {
    contains,
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

const NEXT = ".o_helpdesk_lite_next";
const NAME = ".o_field_widget[name=name] input";

class Ticket extends models.Model {
    _name = "helpdesk.lite.ticket";

    name = fields.Char();
    stage = fields.Selection({
        selection: [
            ["new", "New"],
            ["done", "Done"],
        ],
    });
    _records = [1, 2, 3, 4, 5].map((id) => ({
        id,
        name: `Ticket ${id}`,
        stage: id % 2 ? "new" : "done",
    }));
    _views = {
        list: `<list limit="2" default_order="id"><field name="name"/></list>`,
        kanban: `
            <kanban default_group_by="stage" default_order="id">
                <templates><t t-name="card"><field name="name"/></t></templates>
            </kanban>`,
        form: `<form><field name="name"/></form>`,
        search: `<search/>`,
    };
}

class Other extends models.Model {
    _name = "other";

    name = fields.Char();
    _records = [{ id: 1, name: "Other 1" }];
    _views = {
        list: `<list><field name="name"/></list>`,
        form: `<form><field name="name"/></form>`,
        search: `<search/>`,
    };
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Ticket, Other]);
beforeEach(() => browser.sessionStorage.clear());

async function open(type, resModel = "helpdesk.lite.ticket") {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.act_window",
        name: "Tickets",
        res_model: resModel,
        views: [
            [false, type],
            [false, "form"],
        ],
    });
}

test("Next leads through the page and on, and says when it is at the end", async () => {
    const answers = [{ id: 2, part: 0 }, { id: 4, part: 0 }, false];
    onRpc("helpdesk.lite.ticket", "get_next_ticket", ({ args }) => {
        const [[{ ids, known_ids, offset }], order, visited] = args;
        expect.step([ids, known_ids, offset, order, visited]);
        return answers.shift();
    });
    await open("list");
    await contains(".o_data_row:first .o_data_cell").click();
    expect(NAME).toHaveValue("Ticket 1");
    await contains(NEXT).click();
    expect(NAME).toHaveValue("Ticket 2");
    await contains(NEXT).click();
    expect(NAME).toHaveValue("Ticket 4");
    await contains(NEXT).click();
    expect(NAME).toHaveValue("Ticket 4");
    expect(".o_notification").toHaveText(/That was the last ticket of this list/);
    expect.verifySteps([
        [[2], [1, 2], 0, "id ASC", [1]],
        [[], [1, 2], 0, "id ASC", [1, 2]],
        [[], [1, 2, 4], 0, "id ASC", [1, 2, 4]],
    ]);
    await contains(".o_notification button:contains(Back to the list)").click();
    expect(".o_list_view").toHaveCount(1);
});

test("of a page in the middle, what stands before it counts as known", async () => {
    onRpc("helpdesk.lite.ticket", "get_next_ticket", ({ args }) => {
        const [[{ known_ids, offset }]] = args;
        expect.step([known_ids, offset]);
        return { id: 5, part: 0 };
    });
    await open("list");
    await contains(".o_pager_next").click();
    await contains(".o_data_row:last .o_data_cell").click();
    await contains(NEXT).click();
    expect(NAME).toHaveValue("Ticket 5");
    expect.verifySteps([[[3, 4, 1, 2], 0]]);
});

test("what was typed is saved first, and the hotkey does the same", async () => {
    onRpc("helpdesk.lite.ticket", "web_save", ({ args }) => {
        expect.step(args[1].name);
    });
    onRpc("helpdesk.lite.ticket", "get_next_ticket", () => {
        expect.step("next");
        return { id: 2, part: 0 };
    });
    await open("list");
    await contains(".o_data_row:first .o_data_cell").click();
    await contains(NAME).edit("Better name");
    await press(["alt", "o"]);
    await animationFrame();
    await animationFrame();
    expect(NAME).toHaveValue("Ticket 2");
    expect.verifySteps(["Better name", "next"]);
});

test("a pipeline goes on with the next column", async () => {
    onRpc("helpdesk.lite.ticket", "get_next_ticket", ({ args }) => {
        expect.step(args[0].map(({ ids }) => ids));
        return { id: 2, part: 1 };
    });
    await open("kanban");
    await contains(".o_kanban_record:contains(Ticket 5)").click();
    await contains(NEXT).click();
    expect(NAME).toHaveValue("Ticket 2");
    expect.verifySteps([[[], [2, 4]]]);
});

test("a ticket that was opened from no list has no such button, other records neither", async () => {
    await open("list", "other");
    await contains(".o_data_row:first .o_data_cell").click();
    expect(NAME).toHaveValue("Other 1");
    expect(NEXT).toHaveCount(0);
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "helpdesk.lite.ticket",
        res_id: 3,
        views: [[false, "form"]],
    });
    expect(NAME).toHaveValue("Ticket 3");
    expect(NEXT).toHaveCount(0);
});
