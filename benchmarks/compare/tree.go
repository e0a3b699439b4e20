package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// taken are the folders that both versions have from the working tree.
var taken = []string{"benchmarks/rows", "benchmarks/internal"}

// tree is a revision in a folder of its own, as a git worktree.
type tree struct{ root, folder string }

// checkOut puts a revision of the repository at root into a folder, with the rows of
// the working tree.
func checkOut(ctx context.Context, root, revision, folder string) (*tree, error) {
	if _, err := output(ctx, root, "git", "worktree", "add", "--quiet", "--detach", folder, revision); err != nil {
		return nil, err
	}
	t := &tree{root, folder}
	for _, name := range taken {
		if err := replace(filepath.Join(folder, name), filepath.Join(root, name)); err != nil {
			return nil, errors.Join(err, t.remove())
		}
	}
	return t, nil
}

// remove takes the folder away, even after the program was told to end.
func (t *tree) remove() error {
	_, err := output(context.Background(), t.root, "git", "worktree", "remove", "--force", t.folder)
	return err
}

// replace makes to a copy of from, if there is a from.
func replace(to, from string) error {
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return fmt.Errorf("copying the rows: %w", err)
	}
	return nil
}
