package model

import (
	"context"
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

// CreateServiceAccount creates a service account together with its API key.
func (d *Directory) CreateServiceAccount(ctx context.Context, actor Actor, draft ServiceAccountDraft) (ServiceAccount, error) {
	var out ServiceAccount
	name, err := CleanName(draft.Name)
	if err != nil {
		return out, err
	}
	description, err := CleanDescription(draft.Description)
	if err != nil {
		return out, err
	}
	err = d.update(ctx, actor, func(c *change) error {
		rules, err := c.rules()
		if err != nil {
			return err
		}
		if err := rules.CreateServiceAccount(); err != nil {
			return err
		}
		out, err = c.createServiceAccount(ServiceAccountDraft{name, description, draft.Role})
		return err
	})
	return out, err
}

func (c *change) createServiceAccount(draft ServiceAccountDraft) (ServiceAccount, error) {
	s := ServiceAccount{Version: 1, Name: draft.Name, Description: draft.Description, Role: draft.Role, CreatedBy: c.actor.ID, CreatedAt: c.now}
	if err := serviceAccountRole(draft.Role); err != nil {
		return s, err
	}
	if err := c.nameFree(s); err != nil {
		return s, err
	}
	var err error
	if s.ID, err = c.NextID(); err != nil {
		return s, err
	}
	if s.Key, err = c.newAPIKey(s.ID, time.Time{}); err != nil {
		return s, err
	}
	if err := save(c, nil, s); err != nil {
		return s, err
	}
	return s, c.event("service_account.create", s.ref(), s.Name, Change{"role", "", RoleName(s.Role)})
}

// newAPIKey makes a key and keeps it as a digest and a sealed copy.
func (c *change) newAPIKey(owner ID, used time.Time) (ID, error) {
	id, err := c.NextID()
	if err != nil {
		return 0, err
	}
	secret, err := keys.New(keys.APIKey, c.d.rand)
	if err != nil {
		return 0, err
	}
	defer secret.Wipe()
	k := APIKey{ID: id, Version: 1, ServiceAccount: owner, PublicID: secret.PublicID(), Digest: secret.Digest(), CreatedAt: c.now, LastUsedAt: used}
	if k.Sealed, err = c.root.Seal(c.d.binding(k), secret.Text()); err != nil {
		return 0, err
	}
	return id, save(c, nil, k)
}

// binding ties a sealed key to its store, record and field, so that it opens nowhere else.
func (d *Directory) binding(k APIKey) keys.Binding {
	return keys.Binding{Store: d.store.ID(), Record: uint64(k.ID), Field: sealedKeyField}
}

// nameFree refuses a name that another service account has.
func (c *change) nameFree(s ServiceAccount) error {
	id, taken, err := held(c, IndexServiceAccountName, FoldName(s.Name))
	if err != nil || !taken || id == s.ID {
		return err
	}
	return &Error{Kind: ErrTaken, What: fmt.Sprintf("There is a service account named %q already", s.Name), Hint: "Choose another name."}
}

// changeServiceAccount is the shape of every change of one service account: read, ask, apply, save, record.
func (c *change) changeServiceAccount(seen Seen, action string, apply func(*ServiceAccount) ([]Change, error)) (string, error) {
	old, err := c.serviceAccount(seen)
	if err != nil {
		return old.Name, err
	}
	rules, err := c.rules()
	if err != nil {
		return old.Name, err
	}
	if err := rules.EditServiceAccount(old); err != nil {
		return old.Name, err
	}
	s := old
	changes, err := apply(&s)
	if err != nil || len(changes) == 0 {
		return old.Name, err
	}
	s.Version++
	if err := save(c, old, s); err != nil {
		return old.Name, err
	}
	return old.Name, c.event(action, s.ref(), s.Name, changes...)
}

// RenameServiceAccount changes a service account's name. Its key stays.
func (d *Directory) RenameServiceAccount(ctx context.Context, actor Actor, seen Seen, name string) error {
	name, err := CleanName(name)
	if err != nil {
		return err
	}
	return d.update(ctx, actor, func(c *change) error {
		_, err := c.changeServiceAccount(seen, "service_account.rename", func(s *ServiceAccount) ([]Change, error) {
			was := s.Name
			s.Name = name
			return differs("name", was, name), c.nameFree(*s)
		})
		return err
	})
}

// DescribeServiceAccount changes a service account's description.
func (d *Directory) DescribeServiceAccount(ctx context.Context, actor Actor, seen Seen, description string) error {
	description, err := CleanDescription(description)
	if err != nil {
		return err
	}
	return d.update(ctx, actor, func(c *change) error {
		_, err := c.changeServiceAccount(seen, "service_account.describe", func(s *ServiceAccount) ([]Change, error) {
			was := s.Description
			s.Description = description
			return differs("description", was, description), nil
		})
		return err
	})
}

// SetServiceAccountsRole gives service accounts another role.
func (d *Directory) SetServiceAccountsRole(ctx context.Context, actor Actor, list []Seen, role ID) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		return c.changeServiceAccount(seen, "service_account.set_role", func(s *ServiceAccount) ([]Change, error) {
			was := s.Role
			s.Role = role
			return differs("role", RoleName(was), RoleName(role)), serviceAccountRole(role)
		})
	})
}

// DeleteServiceAccounts deletes service accounts and their keys, which stop working at once.
func (d *Directory) DeleteServiceAccounts(ctx context.Context, actor Actor, list []Seen) (Outcome, error) {
	return d.each(ctx, actor, list, func(c *change, seen Seen) (string, error) {
		s, err := c.serviceAccount(seen)
		if err != nil {
			return s.Name, err
		}
		rules, err := c.rules()
		if err != nil {
			return s.Name, err
		}
		if err := rules.DeleteServiceAccount(s); err != nil {
			return s.Name, err
		}
		k, err := load(c, KindAPIKey, s.Key, decodeAPIKey)
		if err != nil {
			return s.Name, err
		}
		if err := erase(c, k); err != nil {
			return s.Name, err
		}
		if err := erase(c, s); err != nil {
			return s.Name, err
		}
		return s.Name, c.event("service_account.delete", s.ref(), s.Name,
			Change{"role", RoleName(s.Role), ""}, Change{"description", s.Description, ""}, Change{"api_key", k.Hint(), ""})
	})
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
	err := d.update(ctx, actor, func(c *change) error {
		s, err := c.serviceAccount(Seen{ID: id})
		if err != nil {
			return err
		}
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
		if secret, err = c.root.OpenKey(d.binding(k), k.Sealed, k.Digest); err != nil {
			return &Error{
				Kind: ErrLocked, What: fmt.Sprintf("The key %s can't be opened: %v", k.Hint(), err),
				Hint: "Check that the sealing key belongs to this store.",
			}
		}
		return c.event("service_account."+string(use), s.ref(), s.Name, Change{"api_key", "", k.Hint()})
	})
	if err != nil {
		secret.Wipe()
		return keys.Key{}, err
	}
	return secret, nil
}
