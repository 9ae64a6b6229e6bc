package model

import "context"

// Export notes that somebody takes something out of the account: everything, or one list. Who gives it out calls it first:
// no record, no export. what says in a word or two what it is.
func (d *Directory) Export(ctx context.Context, actor Actor, what string) (Account, error) {
	var account Account
	err := d.update(ctx, actor, func(c *change) error {
		rules, err := c.rules()
		if err != nil {
			return err
		}
		if err := rules.Export(); err != nil {
			return err
		}
		if account, err = load(c, KindAccount, AccountID, decodeAccount); err != nil {
			return err
		}
		return c.event("account.export", account.ref(), account.Name, Change{"what", "", what})
	})
	return account, err
}
