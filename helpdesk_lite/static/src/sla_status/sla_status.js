import { Dialog } from "@web/core/dialog/dialog";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatDateTime, formatFloatTime } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onWillStart, useState } from "@odoo/owl";

const LOOKS = {
    ongoing: "text-bg-info",
    paused: "text-bg-secondary",
    reached: "text-bg-success",
    failed: "text-bg-danger",
    cancelled: "text-muted border fw-normal",
};

/** Each promise on a ticket, as a table of what happened to its clock that adds up. */
export class SlaLedger extends Component {
    static template = "helpdesk_lite.SlaLedger";
    static components = { Dialog };
    static props = { ticketId: Number, close: Function };

    setup() {
        this.orm = useService("orm");
        this.looks = LOOKS;
        this.state = useState({ promises: [] });
        onWillStart(async () => {
            this.state.promises = await this.orm.call("helpdesk.lite.ticket", "get_sla_ledger", [
                [this.props.ticketId],
            ]);
        });
    }

    formatDate(value) {
        return value ? formatDateTime(deserializeDateTime(value)) : "";
    }

    formatMinutes(minutes) {
        return formatFloatTime(minutes / 60);
    }
}

/** The promises on a ticket as badges, and a button that tells why their deadlines are so. */
export class SlaStatuses extends Component {
    static template = "helpdesk_lite.SlaStatuses";
    static props = { ...standardFieldProps };

    setup() {
        this.dialog = useService("dialog");
    }

    get promises() {
        const { record, name } = this.props;
        const states = Object.fromEntries(this.list.fields.state?.selection || []);
        return record.data[name].records.map(({ resId, data }) => ({
            id: resId,
            name: data.name,
            look: LOOKS[data.state],
            state: states[data.state] || data.state,
            icon: data.state === "reached" ? "fa-check" : data.state === "failed" ? "fa-times" : "",
            title: this.getTitle(data, states),
        }));
    }

    get list() {
        return this.props.record.data[this.props.name];
    }

    getTitle({ state, deadline, reached_datetime }, states) {
        if (reached_datetime) {
            return _t("Reached on %s", formatDateTime(reached_datetime));
        }
        if (deadline && state !== "cancelled") {
            return _t("Deadline: %s", formatDateTime(deadline));
        }
        return states[state] || "";
    }

    explain() {
        this.dialog.add(SlaLedger, { ticketId: this.props.record.resId });
    }
}

export const slaStatuses = {
    component: SlaStatuses,
    displayName: _t("SLA Statuses"),
    supportedTypes: ["one2many"],
    relatedFields: [
        { name: "name", type: "char", readonly: true },
        {
            name: "state",
            type: "selection",
            readonly: true,
            selection: [
                ["ongoing", _t("In Progress")],
                ["paused", _t("Paused")],
                ["reached", _t("Reached")],
                ["failed", _t("Failed")],
                ["cancelled", _t("Cancelled")],
            ],
        },
        { name: "deadline", type: "datetime", readonly: true },
        { name: "reached_datetime", type: "datetime", readonly: true },
    ],
};

registry.category("fields").add("helpdesk_lite_sla_status", slaStatuses);
