// Command pictures draws the documentation's pictures from the real program: it runs it in a terminal, presses keys, and
// writes what the screen then shows as SVG, once for a dark and once for a light background. `make screenshots` runs it.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lanyard/cmd/e2e/tmux"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("pictures: ")
	binary := flag.String("binary", "bin/lanyard", "the program to draw")
	out := flag.String("out", "docs/pictures", "the directory to write to")
	flag.Parse()
	if err := run(*binary, *out); err != nil {
		log.Fatal(err)
	}
}

func run(binary, out string) error {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	if err := tmux.Available(); err != nil {
		return err
	}
	for _, scene := range scenes {
		for _, palette := range palettes {
			screen, err := shoot(scene, palette, binary)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", scene.name, palette.Name, err)
			}
			path := filepath.Join(out, scene.name+"-"+palette.Name+".svg")
			if err := os.WriteFile(path, []byte(draw(screen, palette)), 0o644); err != nil {
				return err
			}
			log.Print("wrote ", path)
		}
	}
	return nil
}

// patience is how long the program may take to show what a step leads to.
const patience = 5 * time.Second

// shoot plays a scene in a terminal of a palette's colours and captures its last screen.
func shoot(s scene, p palette, binary string) (result screen, err error) {
	home, err := os.MkdirTemp("", "pictures")
	if err != nil {
		return screen{}, err
	}
	defer func() { err = first(err, os.RemoveAll(home)) }()
	terminal, err := tmux.Open(tmux.Options{
		Width: width, Height: height, Style: p.style(),
		Env: []string{"HOME=" + home, "TMPDIR=" + home, "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "SOURCE_DATE_EPOCH=1790000000", "TZ=UTC"},
	}, append([]string{binary}, s.args...)...)
	if err != nil {
		return screen{}, err
	}
	defer func() { err = first(err, terminal.Close()) }()
	for _, step := range s.steps {
		if err := play(terminal, step); err != nil {
			return screen{}, err
		}
	}
	return capture(terminal, s.title)
}

func play(terminal *tmux.Terminal, s step) error {
	if s.text != "" {
		if err := terminal.Type(s.text); err != nil {
			return err
		}
	}
	if len(s.keys) > 0 {
		if err := terminal.Keys(s.keys...); err != nil {
			return err
		}
	}
	seen, ok, err := terminal.Wait(patience, func(screen string) bool { return strings.Contains(screen, s.shows) })
	if err == nil && !ok {
		err = fmt.Errorf("the screen never showed %q:\n%s", s.shows, seen)
	}
	return err
}

// capture waits until the screen stays as it is, and returns it.
func capture(terminal *tmux.Terminal, title string) (screen, error) {
	var styled string
	for deadline := time.Now().Add(patience); ; time.Sleep(150 * time.Millisecond) {
		now, err := terminal.StyledScreen()
		if err != nil {
			return screen{}, err
		}
		if now == styled {
			break
		}
		if time.Now().After(deadline) {
			return screen{}, fmt.Errorf("the screen never came to rest:\n%s", now)
		}
		styled = now
	}
	s := screen{Title: title, Width: width, Height: height, Styled: styled}
	cursor, err := terminal.Format("#{cursor_flag} #{cursor_x} #{cursor_y}")
	if err != nil {
		return screen{}, err
	}
	var shown int
	_, err = fmt.Sscan(cursor, &shown, &s.CursorX, &s.CursorY)
	s.CursorShown = shown == 1
	return s, err
}

// first returns the first of two errors that is one.
func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
