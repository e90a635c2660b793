import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame, mockDate } from "@odoo/hoot-mock";
import { queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

const BADGE = ".o_helpdesk_lite_waiting";
const MINUTE = 60 * 1000;

class Ticket extends models.Model {
    _name = "helpdesk.lite.ticket";

    name = fields.Char();
    is_closed = fields.Boolean();
    waiting_for = fields.Selection({
        selection: [
            ["desk", "Desk"],
            ["customer", "Customer"],
        ],
    });
    waiting_since = fields.Datetime();
}

defineMailModels();
defineModels([Ticket]);

/** A list of tickets that wait so, looked at on a day at ten o'clock (UTC). */
async function showList(records) {
    mockDate("2026-03-02 10:00:00", 0);
    Ticket._records = records.map(([waiting_for, waiting_since], index) => ({
        id: index + 1,
        waiting_for,
        waiting_since,
    }));
    return mountView({
        type: "list",
        resModel: "helpdesk.lite.ticket",
        arch: `<list><field name="waiting_since" widget="helpdesk_lite_waiting"/></list>`,
    });
}

test("it says for how long somebody has waited, and an icon for whom", async () => {
    await showList([
        ["desk", "2026-03-02 09:59:40"],
        ["customer", "2026-03-02 09:15:00"],
        ["desk", "2026-03-02 07:00:00"],
        ["customer", "2026-02-28 09:00:00"],
        [false, false],
    ]);
    expect(queryAllTexts(BADGE)).toEqual([
        "waiting 1 min",
        "waiting 45 min",
        "waiting 3 h",
        "waiting 2 d",
    ]);
    expect(`${BADGE} .fa-life-ring`).toHaveCount(2);
    expect(`${BADGE} .fa-user-o`).toHaveCount(2);
});

test("who looks closer, and who doesn't see the icon, is told whose turn it is", async () => {
    await showList([["desk", "2026-03-02 07:00:00"]]);
    const label = queryFirst(BADGE).getAttribute("title");
    expect(label).toMatch(/Waiting for the desk since .*7:00/);
    expect(`${BADGE} i`).toHaveAttribute("aria-label", label);
});

test("it goes on while one looks, and asks no server", async () => {
    await showList([["customer", "2026-03-02 09:58:30"]]);
    onRpc(({ method }) => expect.step(method));
    expect(BADGE).toHaveText("waiting 1 min");
    await advanceTime(2 * MINUTE);
    await animationFrame();
    expect(BADGE).toHaveText("waiting 3 min");
    expect.verifySteps([]);
});
