import { NavigableList } from "@mail/core/common/navigable_list";
import { useAutofocus, useService } from "@web/core/utils/hooks";

import { Component, onWillStart, useState } from "@odoo/owl";

/** The canned responses that match what is typed, under the cursor of the full composer. */
export class CannedResponseList extends Component {
    static template = "helpdesk_lite.CannedResponseList";
    static components = { NavigableList };
    static props = {
        onSelect: { type: Function },
        close: { type: Function },
    };

    setup() {
        this.store = useService("mail.store");
        this.suggestionService = useService("mail.suggestion");
        this.state = useState({ searchTerm: "", isFetching: true });
        this.ref = useAutofocus({ mobile: true });
        onWillStart(() => this.fetch());
    }

    async fetch() {
        try {
            await this.suggestionService.fetchSuggestions({ delimiter: "::", term: "" });
        } finally {
            this.state.isFetching = false;
        }
    }

    get navigableListProps() {
        const { suggestions } = this.suggestionService.searchSuggestions({
            delimiter: "::",
            term: this.state.searchTerm,
        });
        return {
            anchorRef: this.ref.el,
            position: "bottom-fit",
            isLoading: this.state.isFetching,
            optionTemplate: "mail.Composer.suggestionCannedResponse",
            options: suggestions.map((response) => ({
                source: response.source,
                label: response.substitution,
            })),
            onSelect: (ev, option) => {
                this.props.onSelect(option);
                this.props.close();
            },
        };
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            this.props.close();
        }
    }
}
