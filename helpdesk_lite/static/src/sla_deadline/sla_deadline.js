import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { formatDateTime } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// how often badges look at the time; they show minutes
const EVERY = 5 * 1000;

// All badges of the page share one timer
export const timer = { badges: new Set(), id: undefined };

export function useTimer(callback) {
    onMounted(() => {
        timer.badges.add(callback);
        timer.id ??= browser.setInterval(() => timer.badges.forEach((update) => update()), EVERY);
    });
    onWillUnmount(() => {
        timer.badges.delete(callback);
        if (!timer.badges.size) {
            browser.clearInterval(timer.id);
            timer.id = undefined;
        }
    });
}

/** Say how much wall-clock time is left, or by how much it is late. */
export function sayTime(milliseconds) {
    const late = milliseconds < 0;
    const time = Math.abs(milliseconds);
    if (time >= DAY) {
        const days = Math.floor(time / DAY);
        return late ? _t("%s d late", days) : _t("%s d left", days);
    }
    if (time >= HOUR) {
        const hours = Math.floor(time / HOUR);
        return late ? _t("%s h late", hours) : _t("%s h left", hours);
    }
    const minutes = Math.max(1, Math.floor(time / MINUTE));
    return late ? _t("%s min late", minutes) : _t("%s min left", minutes);
}

/** The badge of an open ticket that counts down to its deadline while one looks at it. */
export class SlaDeadline extends Component {
    static template = "helpdesk_lite.SlaDeadline";
    static props = { ...standardFieldProps };

    setup() {
        this.badge = useState({ text: "", look: "", label: "" });
        useRecordObserver((record) => this.update(record));
        useTimer(() => this.update(this.props.record));
    }

    update({ data }) {
        Object.assign(this.badge, this.getBadge(data[this.props.name], data));
    }

    getBadge(deadline, { is_closed, sla_warning_date }) {
        if (!deadline || is_closed) {
            return { text: "", look: "", label: "" };
        }
        const now = luxon.DateTime.now();
        const text = sayTime(deadline - now);
        let look = "text-bg-light";
        if (deadline < now) {
            look = "text-bg-danger";
        } else if (sla_warning_date && sla_warning_date <= now) {
            look = "text-bg-warning";
        }
        const label = _t("%(time)s: SLA deadline %(deadline)s", {
            time: text,
            deadline: formatDateTime(deadline),
        });
        // translated texts are objects of their own: as strings they are equal while nothing changes
        return { text: text.toString(), look, label: label.toString() };
    }
}

export const slaDeadline = {
    component: SlaDeadline,
    displayName: _t("SLA Deadline"),
    supportedTypes: ["datetime"],
    fieldDependencies: [
        { name: "is_closed", type: "boolean" },
        { name: "sla_warning_date", type: "datetime" },
    ],
    listViewWidth: [95, 120],
};

registry.category("fields").add("helpdesk_lite_sla_deadline", slaDeadline);
