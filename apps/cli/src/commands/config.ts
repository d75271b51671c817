import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addConfigApply } from './config-apply.ts';
import { addConfigGet } from './config-get.ts';
import { addConfigSet } from './config-set.ts';

export function addConfig(parent: Command, context: Context): void {
  const config = parent.command('config').description('the settings that all processes of the pool share');
  for (const add of [addConfigGet, addConfigSet, addConfigApply]) add(config, context);
}
