import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    makeMockEnv,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { registry } from "@web/core/registry";
import { fuzzyLookup } from "@web/core/utils/search";

const LINE = ".o_helpdesk_lite_closed_matches";
const SEARCH = `
    <search>
        <field name="search_text" string="Ticket"/>
        <field name="name"/>
        <filter name="filter_open" string="Open" domain="[('is_closed', '=', False)]"/>
    </search>`;

class Ticket extends models.Model {
    _name = "helpdesk.lite.ticket";

    name = fields.Char();
    ticket_ref = fields.Char();
    is_closed = fields.Boolean();
    search_text = fields.Char();
    _records = [
        { id: 1, name: "Printer", ticket_ref: "HD00041", search_text: "printer" },
        { id: 2, name: "Printer", ticket_ref: "HD00042", search_text: "printer", is_closed: true },
        { id: 3, name: "Printer", ticket_ref: "HD00420", search_text: "printer", is_closed: true },
        { id: 4, name: "Laptop", ticket_ref: "HD00043", search_text: "laptop", is_closed: true },
    ];
}

class Other extends models.Model {
    name = fields.Char();
}

defineMailModels();
defineModels([Ticket, Other]);

async function showTickets(context) {
    onRpc("helpdesk.lite.ticket", "search_count", () => {
        expect.step("count");
    });
    await mountView({
        type: "list",
        resModel: "helpdesk.lite.ticket",
        arch: `<list><field name="name"/></list>`,
        searchViewArch: SEARCH,
        context,
    });
    await animationFrame();
}

test("closed tickets that match are counted, and shown by one click", async () => {
    await showTickets({ search_default_filter_open: 1, search_default_search_text: "printer" });
    expect(LINE).toHaveText(/Closed tickets that match, too: 2/);
    expect.verifySteps(["count"]);
    await contains(`${LINE} button`).click();
    await animationFrame();
    expect(".o_data_row").toHaveCount(3);
    expect(LINE).toHaveCount(0);
    expect.verifySteps([]);
});

test("nothing is counted without a text, or without the filter", async () => {
    await showTickets({ search_default_filter_open: 1, search_default_name: "Printer" });
    expect(LINE).toHaveCount(0);
    await contains(".o_facet_remove:eq(0)").click();
    expect(LINE).toHaveCount(0);
    expect.verifySteps([]);
});

test("no line where no closed ticket matches", async () => {
    Ticket._records = [Ticket._records[0]];
    await showTickets({ search_default_filter_open: 1, search_default_search_text: "printer" });
    expect(".o_data_row").toHaveCount(1);
    expect(LINE).toHaveCount(0);
    expect.verifySteps(["count"]);
});

test("other models' lists are as they were", async () => {
    await mountView({ type: "list", resModel: "other", arch: `<list><field name="name"/></list>` });
    expect(LINE).toHaveCount(0);
    expect(queryAllTexts(".o_control_panel").length).toBe(1);
});

test("the command palette finds a ticket by its reference, as people write it", async () => {
    onRpc("has_group", () => true);
    onRpc("helpdesk.lite.ticket", "search_read", ({ kwargs }) => {
        expect.step(kwargs.domain[0][2]);
        return [
            { id: 2, ticket_ref: "HD00042", name: "Printer" },
            { id: 3, ticket_ref: "HD00420", name: "Printer" },
        ];
    });
    const env = await makeMockEnv();
    const provider = registry.category("command_provider").get("helpdesk_lite.reference");
    for (const typed of ["42", "#42", "hd42", "HD00042", "hd 42"]) {
        const commands = await provider.provide(env, { searchValue: typed });
        const shown = fuzzyLookup(typed, commands, (command) => command.name);
        expect(shown.map((command) => command.href)).toEqual(["/odoo/helpdesk-lite-tickets/2"]);
        expect.verifySteps([typed]);
    }
    for (const typed of ["", "printer", "42a", "1234567890", undefined]) {
        expect(await provider.provide(env, { searchValue: typed })).toEqual([]);
    }
    expect.verifySteps([]);
});

test("without a right for Helpdesk nothing is looked for", async () => {
    onRpc("has_group", () => false);
    onRpc("helpdesk.lite.ticket", "search_read", () => expect.step("read"));
    const env = await makeMockEnv();
    const provider = registry.category("command_provider").get("helpdesk_lite.reference");
    expect(await provider.provide(env, { searchValue: "42" })).toEqual([]);
    expect.verifySteps([]);
});
