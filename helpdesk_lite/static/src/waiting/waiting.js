import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { formatDateTime } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useTimer } from "@helpdesk_lite/sla_deadline/sla_deadline";

import { Component, useState } from "@odoo/owl";

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOTHING = { text: "", look: "", icon: "", label: "" };

/** Say for how long somebody has waited, by the clock on the wall. */
export function sayWait(milliseconds) {
    if (milliseconds >= DAY) {
        return _t("waiting %s d", Math.floor(milliseconds / DAY));
    }
    if (milliseconds >= HOUR) {
        return _t("waiting %s h", Math.floor(milliseconds / HOUR));
    }
    return _t("waiting %s min", Math.max(1, Math.floor(milliseconds / MINUTE)));
}

/** Whose turn a ticket is, by an icon, and since when. */
export class Waiting extends Component {
    static template = "helpdesk_lite.Waiting";
    static props = { ...standardFieldProps };

    setup() {
        this.badge = useState({ ...NOTHING });
        useRecordObserver((record) => this.update(record));
        useTimer(() => this.update(this.props.record));
    }

    update({ data }) {
        Object.assign(this.badge, this.getBadge(data[this.props.name], data.waiting_for));
    }

    getBadge(since, side) {
        if (!since || !side) {
            return NOTHING;
        }
        const isDesk = side === "desk";
        const date = formatDateTime(since);
        const label = isDesk
            ? _t("Waiting for the desk since %s", date)
            : _t("Waiting for the customer since %s", date);
        // translated texts are objects of their own: as strings they are equal while nothing changes
        return {
            text: sayWait(luxon.DateTime.now() - since).toString(),
            look: isDesk ? "text-warning-emphasis" : "text-muted",
            icon: isDesk ? "fa-life-ring" : "fa-user-o",
            label: label.toString(),
        };
    }
}

export const waiting = {
    component: Waiting,
    displayName: _t("Whose Turn"),
    supportedTypes: ["datetime"],
    fieldDependencies: [{ name: "waiting_for", type: "selection" }],
    listViewWidth: [95, 130],
};

registry.category("fields").add("helpdesk_lite_waiting", waiting);
