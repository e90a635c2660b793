import { Domain } from "@web/core/domain";
import { KeepLast } from "@web/core/utils/concurrency";
import { patch } from "@web/core/utils/patch";
import { useBus, useService } from "@web/core/utils/hooks";
import { ControlPanel } from "@web/search/control_panel/control_panel";

import { Component, onMounted, useState } from "@odoo/owl";

const MODEL = "helpdesk.lite.ticket";
const OPEN = "filter_open";
const TEXTS = ["search_text", "search_message"];
const MOST = 1000;

/** What a search says of the closed tickets that match, too, where the filter "Open" hides them. */
export class ClosedMatches extends Component {
    static template = "helpdesk_lite.ClosedMatches";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ count: 0 });
        useBus(this.env.searchModel, "update", () => this.update());
        onMounted(() => this.update());
    }

    /** The filter "Open", if it is switched on. */
    get filter() {
        return this.env.searchModel.getSearchItems((item) => item.name === OPEN && item.isActive)[0];
    }

    get hasText() {
        const { query, searchItems } = this.env.searchModel;
        return query.some((item) => TEXTS.includes(searchItems[item.searchItemId].fieldName));
    }

    get label() {
        return this.state.count > MOST ? `${MOST}+` : `${this.state.count}`;
    }

    async update() {
        if (!this.filter || !this.hasText) {
            this.state.count = 0;
            return;
        }
        const { context, domain } = this.env.searchModel;
        const closed = Domain.and([
            Domain.removeDomainLeaves(domain, ["is_closed"]),
            [["is_closed", "=", true]],
        ]);
        this.state.count = await this.keepLast.add(
            this.orm.silent.searchCount(MODEL, closed.toList(), { context, limit: MOST + 1 })
        );
    }

    showThem() {
        this.env.searchModel.toggleSearchItem(this.filter.id);
    }
}

patch(ControlPanel, { components: { ...ControlPanel.components, ClosedMatches } });

patch(ControlPanel.prototype, {
    get helpdeskLiteShowsTickets() {
        return (
            this.env.searchModel?.resModel === MODEL &&
            ["list", "kanban"].includes(this.env.config.viewType)
        );
    },
});
