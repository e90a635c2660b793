import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { FORGET, HEARTBEAT, WRITING } from "./live_service";

import { Component, status, useEffect, useExternalListener, useState } from "@odoo/owl";

// What happens at once is shown at once: an answer moves the ticket, too
const TOGETHER = 300;

/**
 * On the form of a ticket: who else has it open and who is writing, and what came in meanwhile.
 *
 * A form in which nothing is being changed shows by itself what came in. Else the messages come,
 * and a line says what changed: nothing that was typed is lost.
 */
export class TicketLive extends Component {
    static template = "helpdesk_lite.TicketLive";
    static props = { ...standardWidgetProps };

    setup() {
        this.live = useService("helpdesk_lite.live");
        this.state = useState({ people: [], fields: [] });
        this.cameIn = new Set(); // names of fields that changed since the form was loaded
        this.isWaiting = false;
        this.refreshSoon = useDebounced(() => this.refresh(), TOGETHER);
        useExternalListener(document, "visibilitychange", () => {
            if (this.isWaiting && !document.hidden) {
                this.refresh();
            }
        });
        useRecordObserver((record) => {
            // it was saved or loaded: what is shown is what there is
            if (Object.values(record.data).length && !record.dirty) {
                this.state.fields = [];
            }
        });
        useEffect(
            (ticketId) => (ticketId ? this.open(ticketId) : undefined),
            () => [this.props.record.resId]
        );
    }

    open(ticketId) {
        const close = this.live.open(
            ticketId,
            (row) => this.onNews(row),
            (person) => this.onPerson(person)
        );
        const timer = browser.setInterval(() => this.forgetPeople(), HEARTBEAT / 3);
        return () => {
            browser.clearInterval(timer);
            close();
            this.cameIn.clear();
            Object.assign(this.state, { people: [], fields: [] });
        };
    }

    // ------------------------------------------------------------------
    // Who else is here
    // ------------------------------------------------------------------

    onPerson({ user_id: id, name, avatar, state }) {
        const others = this.state.people.filter((person) => person.id !== id);
        if (state === "left") {
            this.state.people = others;
            return;
        }
        const known = this.state.people.find((person) => person.id === id);
        const now = Date.now();
        // a heartbeat comes also while somebody is writing
        const wrote = state === "writing" ? now : (known && known.wrote) || 0;
        this.state.people = [...others, { id, name, avatar, seen: now, wrote }].sort(
            (one, other) => one.id - other.id
        );
        browser.setTimeout(() => this.forgetPeople(), 2 * WRITING);
    }

    forgetPeople() {
        if (status(this) === "destroyed") {
            return;
        }
        const now = Date.now();
        this.state.people = this.state.people
            .filter(({ seen }) => now - seen < FORGET)
            .map((person) => ({
                ...person,
                wrote: now - person.wrote < 2 * WRITING ? person.wrote : 0,
            }));
    }

    getLabel({ name, wrote }) {
        return wrote ? _t("%s is writing…", name) : _t("%s has this ticket open", name);
    }

    // ------------------------------------------------------------------
    // What came in
    // ------------------------------------------------------------------

    onNews({ kinds, fields, by }) {
        const author = kinds.includes("message") && this.state.people.find(({ id }) => id === by);
        if (author) {
            author.wrote = 0;
        }
        fields.forEach((name) => this.cameIn.add(name));
        this.refreshSoon();
    }

    async refresh() {
        this.isWaiting = document.hidden;
        if (document.hidden || status(this) === "destroyed") {
            return;
        }
        const { record } = this.props;
        const { resId: id, resModel: model } = record;
        this.env.bus.trigger("MAIL:RELOAD-THREAD", { model, id });
        if (this.isTyping() || (await record.isDirty())) {
            this.state.fields = [...this.cameIn].map((name) => record.fields[name]?.string || name);
            return;
        }
        await this.load();
    }

    /** Whether the user is in a field of the form; a message is kept whatever the form does. */
    isTyping() {
        const element = document.activeElement;
        return Boolean(
            element?.matches("input, textarea, [contenteditable=true]") &&
                element.closest(".o_form_renderer") &&
                !element.closest(".o-mail-Chatter")
        );
    }

    async load() {
        this.cameIn.clear();
        if (this.env.chatter) {
            this.env.chatter.fetchThreadData = true;
        }
        try {
            await this.props.record.load();
        } catch {
            // the ticket is gone, or no longer for this user: the next click says so
        }
        this.state.fields = [];
    }

    /** What the user changed is saved, and nothing else is. */
    async onClickRefresh() {
        const { record } = this.props;
        if (!(await record.isDirty())) {
            await this.load();
        } else if (await record.save()) {
            this.cameIn.clear();
            this.state.fields = [];
        }
    }
}

registry.category("view_widgets").add("helpdesk_lite_live", { component: TicketLive });
