// What can be done about one payment by hand: cancel it, give a part of it back. Both ask why, because that is kept on record.
// Invariant: a refund whose answer was lost is asked for again as the same one, because another id would be another refund.
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { PaymentStory } from '../../contract/index.ts';
import { isUnknown, postJson } from '../../data/http.ts';
import { Button, ConfirmDialog, Field, useToast } from '../../ui/index.ts';

export interface PaymentActionsProps {
  readonly payment: PaymentStory;
  readonly reload: () => void;
}

type Said = { readonly said: string };

export function PaymentActions({ payment, reload }: PaymentActionsProps): ReactNode {
  const toast = useToast();
  const [asked, setAsked] = useState<'cancel' | 'refund'>();
  const [reason, setReason] = useState('');
  const [amount, setAmount] = useState('');
  const [refundId, setRefundId] = useState('');
  const [isRefundUnknown, setRefundUnknown] = useState(false);
  const path = `/desk/payments/${encodeURIComponent(payment.merchant)}/${encodeURIComponent(payment.id)}`;
  const ask = (what: 'cancel' | 'refund') => (): void => {
    if (!isRefundUnknown) {
      setRefundId(`by-hand-${Date.now().toString(36)}`);
      setAmount(payment.left);
    }
    setAsked(what);
  };
  const act = async (): Promise<void> => {
    setAsked(undefined);
    try {
      const { said } = asked === 'cancel' ? await postJson<Said>(`${path}/cancel`, { reason }) : await postJson<Said>(`${path}/refund`, { reason, refundId, amount });
      toast(said, 'good');
      if (asked === 'refund') setRefundUnknown(false);
    } catch (error) {
      if (asked === 'refund') setRefundUnknown(isUnknown(error));
      toast(error instanceof Error ? error.message : String(error), 'bad');
    }
    reload();
  };
  const why = <Field label="Why, kept on record" value={reason} onChange={setReason} isRequired size={30} />;
  return (
    <>
      <Button kind="danger" blocked={payment.whyNotCancel} onClick={ask('cancel')}>Cancel</Button>
      <Button kind="danger" blocked={payment.whyNotRefund} onClick={ask('refund')}>Refund</Button>
      {asked === 'cancel' && (
        <ConfirmDialog title={`Cancel ${payment.id}?`} verb="Cancel the payment" onConfirm={() => void act()} onClose={() => setAsked(undefined)}
          consequences={['It is decided as cancelled, for good, and is never charged.', 'A charge that is under way is given back by whoever settles it.']}>{why}</ConfirmDialog>
      )}
      {asked === 'refund' && (
        <ConfirmDialog title={`Refund ${payment.id}?`} verb="Refund" onConfirm={() => void act()} onClose={() => setAsked(undefined)}
          consequences={[...(isRefundUnknown ? ['Nobody knows whether the last try was accepted: leave its refund id as it is, and it is given back once.'] : []), `Up to ${payment.left} ${payment.currency} can be given back.`, 'Once accepted it is made, whichever region is active; the same refund id is never given back twice.']}>
          <Field label={`Amount in ${payment.currency}`} value={amount} onChange={setAmount} isRequired size={12} />
          <Field label="Refund id" value={refundId} onChange={setRefundId} isRequired size={24} />
          {why}
        </ConfirmDialog>
      )}
    </>
  );
}
