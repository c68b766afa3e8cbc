/** Interactions of the local Discord: acknowledged in time, once, and answered while their token is good. */
import {
  ActionRowBuilder,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  Events,
  type Interaction,
  MessageFlags,
} from 'discord.js';
import { afterEach, expect, test } from 'vitest';
import { acknowledgeMs, Clients, next, patience, picture, refusal } from './clients.ts';

const find = {
  name: 'find',
  description: 'Finds a person',
  options: [
    { type: ApplicationCommandOptionType.Attachment as const, name: 'photo', description: 'A picture' },
    {
      type: ApplicationCommandOptionType.String as const,
      name: 'camera',
      description: 'Where',
      autocomplete: true,
    },
  ],
};

const clients = new Clients();
afterEach(() => clients.close());

test('a command with a file is deferred, filled in and followed up', async () => {
  const discord = await clients.start();
  const client = await clients.connect(discord);
  await client.application.commands.set([find]);
  expect(discord.commands.list().map(({ body }) => body.name)).toEqual(['find']);
  client.on(Events.InteractionCreate, async (interaction: Interaction) => {
    if (!interaction.isChatInputCommand()) return;
    await interaction.deferReply();
    const { url } = interaction.options.getAttachment('photo', true);
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    await interaction.editReply({
      embeds: [{ title: 'Page', image: { url: 'attachment://sheet.png' } }],
      files: [new AttachmentBuilder(bytes, { name: 'sheet.png' })],
    });
    await interaction.followUp({ content: 'only for you', flags: MessageFlags.Ephemeral });
  });
  const interaction = await discord.people.slash('anna', 'gate', 'find', {
    photo: { name: 'photo.png', bytes: await picture() },
  });
  expect((await interaction.acknowledged)?.type).toBe(5);
  await expect.poll(() => interaction.followups.length, patience).toBe(1);
  const [answer, hidden] = discord.world.channel('gate').messages;
  expect(answer).toMatchObject({ embeds: [{ title: 'Page' }], edits: 0, flags: 0 });
  expect(answer!.attachments.map(({ filename }) => filename)).toEqual(['sheet.png']);
  expect(hidden).toMatchObject({ ephemeralFor: interaction.user.id });
  expect(discord.breaches).toEqual([]);
});

test('too late, twice, and with an expired token', async () => {
  const discord = await clients.start();
  const client = await clients.connect(discord);
  await client.application.commands.set([find]);
  const taken = next<Interaction>(client, Events.InteractionCreate);
  await discord.people.slash('anna', 'gate', 'find');
  const interaction = await taken;
  if (!interaction.isChatInputCommand()) throw new Error('no command');
  await interaction.deferReply();
  const again = client.rest.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
    body: { type: 5 },
    auth: false,
  });
  expect(await refusal(again)).toMatchObject({ code: 40060 });
  discord.clock.advance(15 * 60_000 + 1);
  expect(await refusal(interaction.editReply('late'))).toMatchObject({ code: 50027, status: 401 });
  const late = next<Interaction>(client, Events.InteractionCreate);
  await discord.people.slash('anna', 'gate', 'find');
  const second = await late;
  discord.clock.advance(acknowledgeMs + 1);
  if (!second.isChatInputCommand()) throw new Error('no command');
  expect(await refusal(second.deferReply())).toMatchObject({ code: 10062 });
});

test('buttons, modals and autocomplete', async () => {
  const discord = await clients.start();
  const client = await clients.connect(discord);
  await client.application.commands.set([
    find,
    { name: 'Find this person', type: ApplicationCommandType.Message },
  ]);
  client.on(Events.InteractionCreate, async (interaction: Interaction) => {
    if (interaction.isAutocomplete())
      await interaction.respond([{ name: `camera ${interaction.options.getFocused()}`, value: '3' }]);
    else if (interaction.isMessageContextMenuCommand())
      await interaction.reply({
        content: interaction.targetMessage.content,
        components: [
          new ActionRowBuilder<ButtonBuilder>().addComponents(
            new ButtonBuilder().setCustomId('refine').setLabel('Refine').setStyle(ButtonStyle.Primary),
          ),
        ],
      });
    else if (interaction.isButton())
      await interaction.showModal({
        title: 'Refine',
        custom_id: 'words',
        components: [
          { type: 18, label: 'Words', component: { type: 4, custom_id: 'w', style: 1 } },
          { type: 18, label: 'Pictures', component: { type: 19, custom_id: 'p', required: false } },
        ],
      });
    else if (interaction.isModalSubmit() && interaction.isFromMessage())
      await interaction.update(
        `${interaction.fields.getTextInputValue('w')} ${interaction.fields.getUploadedFiles('p')?.first()?.name}`,
      );
  });
  expect(await discord.people.autocomplete('anna', 'gate', 'find', 'camera', 'x')).toEqual([
    { name: 'camera x', value: '3' },
  ]);
  const said = await discord.people.say('boris', 'gate', 'who is that');
  const menu = discord.people.context('anna', 'Find this person', said);
  await menu.acknowledged;
  const pressed = discord.people.press('anna', menu.original!, 'Refine');
  await pressed.acknowledged;
  const sent = await discord.people.submitModal(pressed, {
    Words: 'red cap',
    Pictures: [{ name: 'x.png', bytes: await picture() }],
  });
  expect((await sent.acknowledged)?.type).toBe(7);
  expect(menu.original).toMatchObject({ content: 'red cap x.png', edits: 1 });
  expect(discord.breaches).toEqual([]);
});
