// The console as a person uses it, in a real browser on a real twin: traffic on, the active region killed, the failover
// watched to its end, the region restored, the role moved back, the audit clean. No page may log an error, ask for anything
// from elsewhere, or have an accessibility fault that axe calls serious. Where there is no Chromium, it is skipped.
import { existsSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { followsIn, untilState } from '../crash-points/waits.ts';
import { RunningTwin } from '../drill/running-twin.ts';

const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
/** Nothing but the page itself: no updates, no reports, no accounts. */
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'];
/** A move takes seconds; a machine that does other things as well takes several times as long. */
const MOVE_LIMIT_MS = 60_000;
/** A pass over what the move left behind waits for the acquirer and for other passes. */
const HEAL_LIMIT_MS = 120_000;
/** Enough to be seen; a machine that does other things as well is not to lose a region by it. */
const RATE_PER_SECOND = 10;

let twin: RunningTwin;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const said: string[] = [];
const asked: string[] = [];

describe.skipIf(chromiumPath === undefined)('console', () => {
  beforeAll(async () => {
    twin = await RunningTwin.start();
    browser = await chromium.launch({ ...(chromiumPath && { executablePath: chromiumPath }), args: flags });
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('console', (message) => void (['error', 'warning'].includes(message.type()) && said.push(`${page.url()}: ${message.text()}`)));
    page.on('pageerror', (error) => said.push(`${page.url()}: ${error.message}`));
    page.on('request', (request) => asked.push(request.url()));
  });

  afterAll(async () => {
    await browser?.close();
    await twin?.stop();
  });

  test('opened -> one look tells who settles; the load is started from there and is seen within ten seconds', async () => {
    await page.goto(twin.urls.console);
    await until(headline(), 'us-east-1 settles under epoch 1');
    const rate = page.getByRole('slider', { name: 'Payments a second' });
    await rate.fill(String(RATE_PER_SECOND));
    await rate.blur();
    await button('Stop the load').waitFor();
    await vi.waitFor(async () => expect(await figure('Settled')).toBeGreaterThan(0), { timeout: 10_000 });
  });

  test('what is not possible now -> stays visible, does nothing and says why', async () => {
    const restore = button('Restore us-east-1');
    expect(await restore.getAttribute('aria-disabled')).toBe('true');
    await restore.focus();
    await page.getByRole('tooltip').getByText('us-east-1 is up already').waitFor();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('the active region killed -> asked first, then lost, moved and healed, with the clock running and the reason told', { timeout: MOVE_LIMIT_MS + HEAL_LIMIT_MS }, async () => {
    await button('Kill us-east-1').click();
    await page.getByRole('dialog').getByText('settlement stops until two detectors agree').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Kill it' }).click();
    await page.getByText('settlement has stood still').waitFor();
    const reasons = page.getByText('orchestrator us-east-2').or(page.getByText('detector us-east-2'));
    await reasons.first().waitFor();
    await until(headline(), 'us-east-2 settles under epoch 2');
    await page.getByRole('heading', { name: 'Last failover to us-east-2' }).waitFor({ timeout: HEAL_LIMIT_MS });
    for (const phase of ['Notice', 'Move', 'Heal']) await page.locator('.phases li[data-status="done"]').filter({ hasText: phase }).waitFor();
    expect(await button('Kill us-east-1').getAttribute('aria-disabled')).toBe('true');
  });

  test('restored, then moved back -> us-east-1 settles again, and nothing was lost on the way', { timeout: 2 * MOVE_LIMIT_MS + HEAL_LIMIT_MS }, async () => {
    await button('Restore us-east-1').click();
    await untilState(twin, 'us-east-1 follows', followsIn('us-east-1'));
    await button('Fail back to us-east-1').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Fail back' }).click();
    await until(headline(), 'us-east-1 settles under epoch 3');
    await page.getByRole('heading', { name: 'Last planned move to us-east-1' }).waitFor({ timeout: HEAL_LIMIT_MS });
  });

  test('the load stopped and an audit run -> it comes to its end and finds nothing', { timeout: MOVE_LIMIT_MS }, async () => {
    await button('Stop the load').click();
    await untilState(twin, 'the queues are empty', ({ regions }) => Object.values(regions).every(({ queue }) => queue.visible + queue.inFlight === 0));
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByLabel('Leave out what changed in the last').selectOption('5 s');
    await button('Run an audit').click();
    await page.getByText('The three records agree.').waitFor({ timeout: MOVE_LIMIT_MS });
    await page.getByText('nothing was found').waitFor();
  });

  test.each(['light', 'dark'] as const)('every page, %s -> axe finds nothing serious', { timeout: 2 * MOVE_LIMIT_MS }, async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${twin.urls.console}/payments`);
    await page.getByRole('region', { name: 'Payments' }).getByRole('link').first().click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    const pages = ['', '/payments', new URL(page.url()).pathname, '/sessions', '/dead-letters', '/audit', '/operations', '/load', '/drills'];
    const found: string[] = [];
    for (const path of pages) {
      await page.goto(`${twin.urls.console}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText('Reading …').waitFor({ state: 'detached' });
      const { violations } = await new AxeBuilder({ page }).analyze();
      found.push(...violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${path || '/'} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`));
    }
    expect(found).toEqual([]);
  });

  test('a phone -> no page is wider than it', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ['', '/payments', '/sessions', '/dead-letters', '/audit', '/operations', '/load', '/drills']) {
      await page.goto(`${twin.urls.console}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText('Reading …').waitFor({ state: 'detached' });
      expect({ path, width: await page.evaluate('document.documentElement.scrollWidth') }).toEqual({ path, width: 360 });
    }
  });

  test('all of it -> no page logged an error, and nothing came from elsewhere', () => {
    expect(said).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(`${twin.urls.console}/`) && !url.startsWith('data:'))).toEqual([]);
    expect(asked.length).toBeGreaterThan(20);
  });
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const headline = () => page.locator('.headline');
const until = (place: ReturnType<typeof headline>, text: string) => place.filter({ hasText: text }).waitFor({ timeout: MOVE_LIMIT_MS });

/** The newest figure of us-east-1 in the chart of that title; 0 while there is none. */
async function figure(title: string): Promise<number> {
  const text = await page.locator('figure').filter({ hasText: title }).locator('b').first().textContent();
  return Number(text?.replace(/\D/g, '') || 0);
}
