package model

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lanyard/keys"
)

// ServiceAccountDraft is a service account to create.
type ServiceAccountDraft struct {
	Name        string
	Description string
	Role        ID
}

// CreateServiceAccount creates a service account and its API key.
func (d *Directory) CreateServiceAccount(ctx context.Context, actor Actor, draft ServiceAccountDraft) (ServiceAccount, error) {
	var s ServiceAccount
	text, err := Draft{draft.Name, draft.Description}.clean()
	if err != nil {
		return s, err
	}
	draft.Name, draft.Description = text.Name, text.Description
	err = d.update(ctx, actor, func(c *change) (err error) {
		s, err = c.createServiceAccount(draft)
		return err
	})
	return s, err
}

// createServiceAccount makes a service account of texts that were cleaned.
func (c *change) createServiceAccount(draft ServiceAccountDraft) (s ServiceAccount, err error) {
	rules, err := c.rules()
	if err != nil {
		return s, err
	}
	if err := rules.SetServiceAccountRole(draft.Role); err != nil {
		return s, err
	}
	s = ServiceAccount{
		Version: 1, Name: draft.Name, Description: draft.Description, Role: draft.Role, CreatedBy: c.actor.ID, CreatedAt: c.now,
	}
	if err := serviceAccounts.nameFree(c, 0, s.Name); err != nil { // before its key is written
		return s, err
	}
	if s.ID, err = c.NextID(); err != nil {
		return s, err
	}
	key, err := c.newAPIKey(s.ID, time.Time{})
	if err != nil {
		return s, err
	}
	s.Key = key.ID
	return s, serviceAccounts.create(c, s, Change{"role", "", c.roleName(s.Role)}, Change{"api_key", "", key.Hint()})
}

// newAPIKey makes a key and keeps it as a digest and a sealed copy.
func (c *change) newAPIKey(owner ID, used time.Time) (k APIKey, err error) {
	id, err := c.NextID()
	if err != nil {
		return k, err
	}
	secret, err := keys.New(keys.APIKey, c.d.rand)
	if err != nil {
		return k, err
	}
	defer secret.Wipe()
	k = APIKey{ID: id, Version: 1, ServiceAccount: owner, PublicID: secret.PublicID(), Digest: secret.Digest(), CreatedAt: c.now, LastUsedAt: used}
	if k.Sealed, err = c.root.Seal(c.d.binding(k), secret.Text()); err != nil {
		return k, err
	}
	c.sealed = true
	return k, save(c, nil, k)
}

// binding ties a sealed key to its store, record and field, so that it opens nowhere else.
func (d *Directory) binding(k APIKey) keys.Binding {
	return keys.Binding{Store: d.store.ID(), Record: uint64(k.ID), Field: sealedKeyField}
}

// RenameServiceAccount changes a service account's name. Its key stays.
func (d *Directory) RenameServiceAccount(ctx context.Context, actor Actor, seen Seen, name string) error {
	return serviceAccounts.rename(ctx, d, actor, seen, Rules.EditServiceAccount, name)
}

// DescribeServiceAccount changes a service account's description.
func (d *Directory) DescribeServiceAccount(ctx context.Context, actor Actor, seen Seen, description string) error {
	return serviceAccounts.describe(ctx, d, actor, seen, Rules.EditServiceAccount, description)
}

// SetServiceAccountsRole gives service accounts another role.
func (d *Directory) SetServiceAccountsRole(ctx context.Context, actor Actor, list []Seen, role ID) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) { return c.setMachineRole(seen, role) })
}

func (c *change) setMachineRole(seen Seen, role ID) (string, error) {
	may := func(r Rules, _ ServiceAccount) error { return r.SetServiceAccountRole(role) }
	return serviceAccounts.change(c, seen, "set_role", may, func(s *ServiceAccount) ([]Change, error) {
		was := s.Role
		s.Role = role
		return differs("role", c.roleName(was), c.roleName(role)), nil
	})
}

// DeleteServiceAccounts deletes service accounts and all their keys, which stop working at once.
func (d *Directory) DeleteServiceAccounts(ctx context.Context, actor Actor, list []Seen) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		var list []APIKey
		name, err := serviceAccounts.delete(c, seen, Rules.DeleteServiceAccount, func(s ServiceAccount) []Change {
			var lost []Change
			list, lost = c.keysOf(s)
			lost = append(differs("workspaces", c.grantNames(s.Workspaces), ""), lost...)
			return append([]Change{{"role", c.roleName(s.Role), ""}}, lost...)
		})
		if err != nil {
			return name, err
		}
		for _, k := range list {
			if err := erase(c, k); err != nil {
				return name, err
			}
		}
		return name, nil
	})
}

// dropServiceAccount erases a service account and all its keys.
func (c *change) dropServiceAccount(s ServiceAccount) error {
	list, _ := c.keysOf(s)
	if err := serviceAccounts.drop(c, s); err != nil {
		return err
	}
	for _, k := range list {
		if err := erase(c, k); err != nil {
			return err
		}
	}
	return nil
}

// KeyUse is what an API key is opened for.
type KeyUse string

// What a key may be opened for.
const (
	UseCopy   KeyUse = "copy_key"
	UseReveal KeyUse = "reveal_key"
)

// OpenAPIKey returns a service account's key in clear; wipe it after use. The event is durable before the key is returned:
// no record, no reveal. ErrLocked means that the sealing key is missing or another one.
func (d *Directory) OpenAPIKey(ctx context.Context, actor Actor, id ID, use KeyUse) (keys.Key, error) {
	var secret keys.Key
	var name string
	err := d.update(ctx, actor, func(c *change) error {
		s, err := serviceAccounts.fetch(c, Seen{ID: id})
		if err != nil {
			return err
		}
		name = s.Name
		rules, err := c.rules()
		if err != nil {
			return err
		}
		if err := rules.RevealAPIKey(s); err != nil {
			return err
		}
		k, err := load(c, KindAPIKey, s.Key, decodeAPIKey)
		if err != nil {
			return err
		}
		secret.Wipe() // of an earlier try
		if secret, err = c.openKey(k); err != nil {
			return err
		}
		return c.event("service_account."+string(use), s.ref(), s.Name, Change{"api_key", "", k.Hint()})
	})
	if err != nil {
		secret.Wipe()
		return keys.Key{}, unrecorded(err, name, use)
	}
	return secret, nil
}

// unrecorded says of what a store answered that a key wasn't handed out for it, because that couldn't be recorded.
func unrecorded(err error, name string, use KeyUse) error {
	for _, kind := range []error{ErrLocked, ErrDamaged, ErrBusy, context.Canceled, context.DeadlineExceeded} {
		if refused(err) || errors.Is(err, kind) {
			return err
		}
	}
	what, done := "The API key", "shown"
	if name != "" {
		what += " of " + name
	}
	if use == UseCopy {
		done = "copied"
	}
	why, hint := err.Error(), "Try again when it can be."
	if e, ok := errors.AsType[*Error](err); ok {
		why, hint = e.What, e.Hint
	}
	return &Error{Kind: err, What: fmt.Sprintf("%s wasn't %s, because that couldn't be recorded: %s", what, done, why), Hint: hint}
}
