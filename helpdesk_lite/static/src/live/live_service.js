import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

const TICKET = "helpdesk.lite.ticket";
const NEWS = `${TICKET}/news`;
const PRESENCE = `${TICKET}/presence`;

// How often others are told that somebody is still here, and when they forget who says nothing
export const HEARTBEAT = 45 * 1000;
export const FORGET = 90 * 1000;
// How often they are told that somebody is still writing
export const WRITING = 15 * 1000;

/**
 * What happens to tickets while one looks at them, and who else does: over Odoo's bus.
 *
 * The server decides at each delivery whether the user may read the ticket. What the user does on
 * their own screens isn't handed on: these show it by themselves.
 */
export const liveService = {
    dependencies: ["bus_service", "orm"],

    start(env, { bus_service: bus, orm }) {
        const channels = new Map(); // how many screens listen to a channel, by its name
        const newsListeners = new Set();
        const open = new Map(); // what to do when somebody says that they are here, by ticket
        const lastWriting = new Map();

        function join(name) {
            channels.set(name, (channels.get(name) || 0) + 1);
            if (channels.get(name) === 1) {
                bus.addChannel(name);
            }
        }

        function leave(name) {
            channels.set(name, channels.get(name) - 1);
            if (!channels.get(name)) {
                channels.delete(name);
                bus.deleteChannel(name);
            }
        }

        function tell(ticketId, state) {
            // whoever may read the ticket no longer is told so by the form, and not by a heartbeat
            return orm.silent.call(TICKET, "tell_presence", [[ticketId], state]).catch(() => {});
        }

        /** Tell that the page is being closed, when it is too late for a call. */
        function tellLeft(ticketId) {
            const params = {
                model: TICKET,
                method: "tell_presence",
                args: [[ticketId], "left"],
                kwargs: {},
            };
            browser.navigator.sendBeacon?.(
                `/web/dataset/call_kw/${TICKET}/tell_presence`,
                new Blob([JSON.stringify({ jsonrpc: "2.0", method: "call", params })], {
                    type: "application/json",
                })
            );
        }

        /** Leave out what happened before: a socket that joins is told a day's news again. */
        function since(mark, listener) {
            return async (what, id) => {
                if (!(id <= (await mark))) {
                    listener(what);
                }
            };
        }

        bus.subscribe(NEWS, ({ tickets }, { id }) => {
            const rows = tickets.filter(({ by }) => by !== user.userId);
            if (rows.length) {
                newsListeners.forEach((listener) => listener(rows, id));
            }
        });
        bus.subscribe(PRESENCE, (person, { id }) => {
            if (person.user_id !== user.userId) {
                open.get(person.ticket_id)?.forEach((listener) => listener(person, id));
            }
        });
        browser.addEventListener("pagehide", () => [...open.keys()].forEach(tellLeft));

        return {
            /**
             * Listen to the news of a team's tickets, or of those of all teams.
             *
             * @param {number} [teamId]
             * @param {Function} listener called with rows: {id, kinds, fields, by}
             * @returns {Function} ends it
             */
            listen(teamId, listener) {
                const name = teamId ? `helpdesk.lite.team_${teamId}` : "helpdesk.lite.teams";
                const mark = orm.silent.call(TICKET, "get_news_mark", []).catch(() => 0);
                const onRows = since(mark, listener);
                join(name);
                newsListeners.add(onRows);
                return () => {
                    newsListeners.delete(onRows);
                    leave(name);
                };
            },

            /**
             * Be on a ticket: listen to its news and to who else is there, and tell them.
             *
             * @param {number} ticketId
             * @param {Function} onNews called with one row, see `listen`
             * @param {Function} onPerson called with {user_id, name, avatar, state}
             * @returns {Function} ends it
             */
            open(ticketId, onNews, onPerson) {
                const name = `helpdesk.lite.ticket_${ticketId}`;
                const mark = tell(ticketId, "opened");
                const onRows = since(mark, (rows) => {
                    const row = rows.find(({ id }) => id === ticketId);
                    if (row?.fields.includes("team_id")) {
                        bus.forceUpdateChannels(); // news come by the channel of the team
                    }
                    if (row) {
                        onNews(row);
                    }
                });
                const onState = since(mark, (person) => {
                    if (person.state === "opened") {
                        tell(ticketId, "here");
                    }
                    onPerson(person);
                });
                join(name);
                newsListeners.add(onRows);
                open.set(ticketId, (open.get(ticketId) || new Set()).add(onState));
                const heartbeat = browser.setInterval(() => tell(ticketId, "here"), HEARTBEAT);
                return () => {
                    browser.clearInterval(heartbeat);
                    newsListeners.delete(onRows);
                    open.get(ticketId).delete(onState);
                    if (!open.get(ticketId).size) {
                        open.delete(ticketId);
                        lastWriting.delete(ticketId);
                        tell(ticketId, "left");
                    }
                    leave(name);
                };
            },

            /** Tell that the user is writing on a ticket, now and then while they do. */
            write(ticketId) {
                const now = Date.now();
                if (open.has(ticketId) && !(now - lastWriting.get(ticketId) < WRITING)) {
                    lastWriting.set(ticketId, now);
                    tell(ticketId, "writing");
                }
            },
        };
    },
};

registry.category("services").add("helpdesk_lite.live", liveService);
