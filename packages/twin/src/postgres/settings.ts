/**
 * The server's settings, all given on the command line so that no file is edited when a port or an upstream changes.
 * fsync and synchronous_commit keep their defaults: what a server acknowledged survives its SIGKILL.
 */
import type { Address } from './connection.ts';
import { examiner, superuser } from './connection.ts';

const fixed = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '48MB',
  // In files of the data folder: a killed server then leaves nothing behind in /dev/shm.
  dynamic_shared_memory_type: 'mmap',
  jit: 'off',
  wal_level: 'replica',
  wal_log_hints: 'on',
  // Two minutes of the highest load measured: a standby may be away that long and needs no slot that could fill the disk.
  wal_keep_size: '1GB',
  max_wal_senders: '10',
  max_replication_slots: '10',
  checkpoint_timeout: '5min',
  max_wal_size: '2GB',
  hot_standby: 'on',
  // Readers of the standby are short; neither they nor a vacuum on the primary may hold up the replay.
  hot_standby_feedback: 'on',
  max_standby_streaming_delay: '1s',
  wal_sender_timeout: '3s',
  wal_receiver_timeout: '3s',
  wal_receiver_status_interval: '1s',
  // With the default of 5 s, 7 of 20 promotions waited for all of it.
  wal_retrieve_retry_interval: '10ms',
  log_checkpoints: 'off',
  log_timezone: 'UTC',
  timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
} as const satisfies Record<string, string>;

export function settingArguments(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries({ ...fixed, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** How a standby reaches its upstream; `name` is how it appears in pg_stat_replication there. */
export const connectionInfo = ({ host, port }: Address, name: string): string =>
  `host=${host} port=${port} user=${superuser} application_name=${name} connect_timeout=2`;

/** Everyone on this machine is trusted, nobody beyond it can connect. */
export const accessRules: string = `host all all 127.0.0.1/32 trust\nhost replication ${superuser} 127.0.0.1/32 trust\n`;

/** In force while a former primary is examined: applications and standbys that still know its port are turned away. */
export const examinerRules: string = `host all ${examiner} 127.0.0.1/32 trust\n`;
export const examinerRulesFile = 'pg_hba_examiner.conf';
