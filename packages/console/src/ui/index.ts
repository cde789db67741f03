// The pieces every page is made of.
export { ActionButton } from './action-button.tsx';
export { Badge } from './badge.tsx';
export type { BadgeLook, Tone } from './badge.tsx';
export { Button } from './button.tsx';
export { ConfirmDialog } from './confirm-dialog.tsx';
export { Field } from './field.tsx';
export { clockTime, count, dateTime, plural, span } from './format.ts';
export { Empty, Failure, Loaded, Loading } from './page-states.tsx';
export { Facts, PageHead, Panel } from './panel.tsx';
export type { FactEntries } from './panel.tsx';
export { Table } from './table.tsx';
export type { Column } from './table.tsx';
export { useToast } from './toast.tsx';
