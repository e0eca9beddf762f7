import { defineConfig, type PlaywrightTestConfig } from '@playwright/test';
import galata from '@jupyterlab/galata/lib/playwright-config.js';

/** Galata's file has no types of its own. */
const base: PlaywrightTestConfig = { ...galata };

/** The system's browser, quiet: it talks to nobody but the hub under test. */
const launchOptions = {
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-dev-shm-usage',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run'
  ]
};

export default defineConfig({
  ...base,
  testDir: 'tests',
  outputDir: 'test-results',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    ...base.use,
    viewport: { width: 1280, height: 800 },
    video: 'off',
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions
  }
});
