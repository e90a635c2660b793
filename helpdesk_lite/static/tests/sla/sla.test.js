import { destroy, expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame, mockDate, runAllTimers } from "@odoo/hoot-mock";
import { queryAll, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { timer } from "@helpdesk_lite/sla_deadline/sla_deadline";

const BADGE = ".o_helpdesk_lite_sla_deadline";
const MINUTE = 60 * 1000;

class Status extends models.Model {
    _name = "helpdesk.lite.sla.status";

    name = fields.Char();
    state = fields.Selection({
        selection: [
            ["ongoing", "In Progress"],
            ["paused", "Paused"],
            ["reached", "Reached"],
            ["failed", "Failed"],
            ["cancelled", "Cancelled"],
        ],
    });
    deadline = fields.Datetime();
    reached_datetime = fields.Datetime();
    _records = ["ongoing", "paused", "reached", "failed", "cancelled"].map((state, index) => ({
        id: index + 1,
        name: `Promise ${index + 1}`,
        state,
    }));
}

class Ticket extends models.Model {
    _name = "helpdesk.lite.ticket";

    name = fields.Char();
    is_closed = fields.Boolean();
    sla_deadline = fields.Datetime();
    sla_warning_date = fields.Datetime();
    sla_status_ids = fields.One2many({ relation: "helpdesk.lite.sla.status" });
}

defineMailModels();
defineModels([Status, Ticket]);

/** A list of tickets with these deadlines, looked at on a day at ten o'clock (UTC). */
async function showList(records) {
    mockDate("2026-03-02 10:00:00", 0);
    Ticket._records = records.map((values, index) => ({ id: index + 1, ...values }));
    return mountView({
        type: "list",
        resModel: "helpdesk.lite.ticket",
        arch: `<list><field name="sla_deadline" widget="helpdesk_lite_sla_deadline"/></list>`,
    });
}

test("a badge says how much time is left, or by how much it is late", async () => {
    await showList([
        { sla_deadline: "2026-03-02 10:00:20" },
        { sla_deadline: "2026-03-02 10:59:30" },
        { sla_deadline: "2026-03-02 12:30:00" },
        { sla_deadline: "2026-03-05 09:00:00" },
        { sla_deadline: "2026-03-02 09:59:50" },
        { sla_deadline: "2026-03-02 09:15:00" },
        { sla_deadline: "2026-03-02 07:10:00" },
        { sla_deadline: "2026-02-28 10:00:00" },
    ]);
    expect(queryAllTexts(BADGE)).toEqual([
        "1 min left",
        "59 min left",
        "2 h left",
        "2 d left",
        "1 min late",
        "45 min late",
        "2 h late",
        "2 d late",
    ]);
});

test("tickets that are closed, or have no deadline, have no badge", async () => {
    await showList([
        { sla_deadline: false },
        { sla_deadline: "2026-03-02 09:00:00", is_closed: true },
        { sla_deadline: "2026-03-02 12:00:00" },
    ]);
    expect(BADGE).toHaveCount(1);
});

test("it counts down while one looks: amber from the warning on, red when it is late", async () => {
    await showList([
        { sla_deadline: "2026-03-02 10:04:30", sla_warning_date: "2026-03-02 10:02:00" },
    ]);
    const looks = [];
    for (const minutes of [0, 1, 2, 3]) {
        await advanceTime(minutes && MINUTE);
        await animationFrame();
        const badge = queryFirst(BADGE);
        looks.push([
            badge.textContent,
            ["light", "warning", "danger"].find((look) =>
                badge.classList.contains(`text-bg-${look}`)
            ),
        ]);
    }
    expect(looks).toEqual([
        ["4 min left", "light"],
        ["3 min left", "light"],
        ["2 min left", "warning"],
        ["1 min left", "warning"],
    ]);
    await advanceTime(2 * MINUTE);
    await animationFrame();
    expect(BADGE).toHaveText("1 min late");
    expect(BADGE).toHaveClass("text-bg-danger");
});

test("whoever doesn't see colours is told the same, and when the deadline is", async () => {
    await showList([{ sla_deadline: "2026-03-02 12:30:00" }]);
    expect(BADGE).toHaveAttribute("role", "timer");
    const label = queryFirst(BADGE).getAttribute("aria-label");
    expect(label).toMatch(/2 h left.*SLA deadline.*12:30/);
    expect(BADGE).toHaveAttribute("title", label);
});

test("all badges share one timer, which ends with the last of them, and ask no server", async () => {
    const list = await showList(
        [1, 2, 3].map((hour) => ({ sla_deadline: `2026-03-02 1${hour}:00:30` }))
    );
    expect(timer.badges.size).toBe(3);
    const { id } = timer;
    expect(id).not.toBe(undefined);
    onRpc(({ method }) => expect.step(method));
    await advanceTime(5 * MINUTE);
    expect(queryAllTexts(BADGE)).toEqual(["55 min left", "1 h left", "2 h left"]);
    expect.verifySteps([]);
    expect(timer.id).toBe(id);
    destroy(list);
    expect(timer.id).toBe(undefined);
});

test("promises are badges, and a table tells what happened to each", async () => {
    mockDate("2026-03-02 10:00:00", 0);
    Ticket._records = [{ id: 1, sla_status_ids: [1, 2, 3, 4, 5] }];
    onRpc("helpdesk.lite.ticket", "get_sla_ledger", ({ args }) => {
        expect(args[0]).toEqual([1]);
        return [
            {
                id: 1,
                name: "Promise 1",
                state: "ongoing",
                state_name: "In Progress",
                clock: "40 hours",
                time: 240,
                total: 90,
                left: 150,
                rows: [
                    {
                        date: "2026-03-02 08:00:00",
                        what: "Started",
                        why: "The ticket came in.",
                        user: "Mitchell",
                        minutes: 0,
                        deadline: "2026-03-02 12:00:00",
                    },
                    {
                        date: "2026-03-02 09:30:00",
                        what: "Until now",
                        why: "",
                        user: "",
                        minutes: 90,
                        deadline: "2026-03-02 12:00:00",
                    },
                ],
            },
        ];
    });
    await mountView({
        type: "form",
        resModel: "helpdesk.lite.ticket",
        resId: 1,
        arch: `<form><field name="sla_status_ids" widget="helpdesk_lite_sla_status" readonly="1"/></form>`,
    });
    const badges = queryAll(".o_helpdesk_lite_sla_statuses .badge");
    expect(badges.map((badge) => badge.textContent.trim())).toEqual([
        "Promise 1: In Progress",
        "Promise 2: Paused",
        "Promise 3: Reached",
        "Promise 4: Failed",
        "Promise 5: Cancelled",
    ]);
    for (const [index, look] of ["info", "secondary", "success", "danger"].entries()) {
        expect(badges[index]).toHaveClass(`text-bg-${look}`);
    }
    await contains(".o_helpdesk_lite_sla_statuses button").click();
    await runAllTimers();
    expect(".modal tbody tr").toHaveCount(2);
    expect(".modal .o_helpdesk_lite_sla_total").toHaveText("01:30");
    expect(".modal tfoot").toHaveText(/04:00.*02:30/s);
});
