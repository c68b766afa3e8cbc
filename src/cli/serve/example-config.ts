/** The config that `chatreid serve --example` prints: every key with its default, explained. */

export const exampleConfig = `# chatreid serve --config serve.yaml
# Secrets are not in this file: chatreid serve --help names the variables that hold them.

# Gallery of talks that name none. Left out: "default" where it has pictures, else the demo.
# gallery: lobby

# Seconds that running searches have to end when the bot is stopped; the rest is answered by the next process.
graceSeconds: 20

# Who may do what: docs/access.md. Left out: whoever a platform lets in may search, and the web page with the one token (or on
# this machine alone) may do everything.
# access:
  # The first that fits a person, a gallery and an act counts; what none fits is not allowed.
  # grants: [{ role: searcher, to: [slack:T0123456789], galleries: [lobby], lastDays: 30 }]
  # No search without a stated case.
  # case:
    # required: true
    # pattern: "20[0-9]{2}-[0-9]+"
    # example: 2024-117
  # Searches that wait for a second person.
  # approval:
    # galleries: [archive]
    # hours: 8

log:
  level: info # silent, error, warn, info, debug
  format: auto # json, lines (for people), auto: lines on a terminal, json elsewhere

# What is forgotten for its age, at the start and every hour: docs/forget.md. Left out: talks after 90 days, pictures never.
retention:
  galleries: # by the time of a picture, or else by when it was registered
    - { gallery: lobby, days: 30 }
  talks: # and pictures that were sent, after they were used last
    days: 30

# Health (/healthz, /readyz) and metrics for Prometheus (/metrics). Left out: none.
operator:
  host: 127.0.0.1
  port: 9464

# The web page. Any host but this machine itself needs CHATREID_WEB_TOKEN, or a token for each person.
web:
  host: 127.0.0.1
  port: 8787
  # People with a token and talks of their own: CHATREID_WEB_TOKEN_ALICE, CHATREID_WEB_TOKEN_NIGHT_SHIFT.
  # tokens: [{ name: alice }, { name: night-shift }]

# Slack: docs/slack.md. CHATREID_SLACK_BOT_TOKEN, and CHATREID_SLACK_APP_TOKEN for mode socket or
# CHATREID_SLACK_SIGNING_SECRET for mode http.
slack:
  mode: socket # socket: Slack is called; http: Slack calls, by a proxy with https in front of this address
  # host: 127.0.0.1
  # port: 3000
  # path: /slack/events
  # Ids of workspaces whose people may search too where a channel is shared with them.
  # allowTeams: [T0123456789]
  # Where Slack is not slack.com.
  # apiUrl: https://slack-gov.com/api/
  # fileHosts: [files.slack-gov.com]

# Discord: docs/discord.md. CHATREID_DISCORD_TOKEN.
discord:
  messageContent: true # plain messages go on with a search; false where the intent is not granted
  # Servers that may use the bot, and whether people may write to it directly. Left out: all, and yes.
  # guilds: ["123456789012345678"]
  # Members with one of these roles may use it. Left out: every member.
  # roles: ["123456789012345678"]
  # directMessages: false
  # Servers that get the commands at once. Left out: all, which Discord may take a while to show.
  # commandGuilds: ["123456789012345678"]
  # shards: auto
  # apiUrl: https://discord.com/api
  # attachmentHosts: [cdn.discordapp.com]
`;
