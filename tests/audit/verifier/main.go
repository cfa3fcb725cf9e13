// Does somebody else's code believe the ledger? Go's own sumdb/note and sumdb/tlog, against a ledger that is served.
//
//	verifier URL KEY WITNESS CHECKPOINT PROOF…
//
// URL is where /tlog is, KEY the published verifier key, WITNESS that of a witness, CHECKPOINT an older signed checkpoint,
// each PROOF a .tlog-proof.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	url, key, witness, older, proofs := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5:]
	verifier, err := note.NewVerifier(key)
	check(err)
	known := note.VerifierList(verifier)

	tree := open(fetch(url+"/checkpoint"), known, verifier.Name())
	cosigned, err := note.Open(fetch(url+"/checkpoint"), note.VerifierList(verifier, newCosigner(witness)))
	check(err)
	require(len(cosigned.Sigs) == 2, "the signatures of the ledger and of its witness")
	reader := &tiles{url: url}
	hashes := tlog.TileHashReader(tree, reader)
	entries := readEntries(url, tree.N)
	checkLeaves(hashes, entries)

	old := open(read(older), known, verifier.Name())
	checkConsistency(hashes, tree, old, fetch(fmt.Sprintf("%s/consistency?old=%d", url, old.N)))
	for _, file := range proofs {
		checkProof(read(file), hashes, entries, known, verifier.Name())
	}
	fmt.Printf("verified: %d leaves, %d tiles, %d proofs, from %d\n", tree.N, reader.saved, len(proofs), old.N)
}

// cosigner verifies timestamped cosignatures, as C2SP tlog-cosignature tells them for Ed25519.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(published string) cosigner {
	parts := strings.SplitN(published, "+", 3)
	require(len(parts) == 3, "name+id+key")
	material, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	check(err)
	require(len(material) == 33 && material[0] == 4, "a timestamped Ed25519 key")
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), material...))
	hash := binary.BigEndian.Uint32(id[:4])
	require(fmt.Sprintf("%08x", hash) == parts[1], "the id of the witness's key")
	return cosigner{parts[0], hash, material[1:]}
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(c.key, []byte(signed), signature[8:])
}

// tiles reads tiles over HTTP: Go's path tile/8/L/N without the height, which C2SP fixes at 8.
type tiles struct {
	url   string
	saved int
}

func (t *tiles) Height() int { return 8 }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		read = append(read, fetch(t.url+"/tile/"+strings.TrimPrefix(tile.Path(), "tile/8/")))
	}
	return read, nil
}

// SaveTiles is called with what was authenticated against the signed root.
func (t *tiles) SaveTiles(saved []tlog.Tile, _ [][]byte) { t.saved += len(saved) }

func open(signed []byte, known note.Verifiers, origin string) tlog.Tree {
	opened, err := note.Open(signed, known)
	check(err)
	lines := strings.Split(opened.Text, "\n")
	require(len(lines) == 4 && lines[0] == origin, "a checkpoint of %s", origin)
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

func readEntries(url string, size int64) [][]byte {
	var entries [][]byte
	for at := int64(0); at < size; at += 256 {
		width := 256
		if size-at < 256 {
			width = int(size - at)
		}
		tile := tlog.Tile{H: 8, L: -1, N: at / 256, W: width}
		path := strings.TrimPrefix(tile.Path(), "tile/8/data/")
		bundle := fetch(url + "/tile/entries/" + path)
		for len(bundle) > 0 {
			length := int(bundle[0])<<8 | int(bundle[1])
			entries = append(entries, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	require(int64(len(entries)) == size, "%d entries", size)
	return entries
}

func checkLeaves(hashes tlog.HashReader, entries [][]byte) {
	for n, entry := range entries {
		found, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(n))})
		check(err)
		require(found[0] == tlog.RecordHash(entry), "leaf %d to be the hash of its entry", n)
	}
}

func checkConsistency(hashes tlog.HashReader, tree, old tlog.Tree, answer []byte) {
	lines, _, _ := bytes.Cut(answer, []byte("\n\n"))
	var shown tlog.TreeProof
	for _, line := range strings.Split(string(lines), "\n")[1:] {
		shown = append(shown, parse(line))
	}
	check(tlog.CheckTree(shown, tree.N, tree.Hash, old.N, old.Hash))
	made, err := tlog.ProveTree(tree.N, old.N, hashes)
	check(err)
	require(fmt.Sprint(made) == fmt.Sprint(shown), "the consistency proof that Go makes")
}

func checkProof(file []byte, hashes tlog.HashReader, entries [][]byte, known note.Verifiers, origin string) {
	head, checkpoint, _ := bytes.Cut(file, []byte("\n\n"))
	tree := open(checkpoint, known, origin)
	var shown tlog.RecordProof
	index := int64(-1)
	var opening []byte
	for _, line := range strings.Split(string(head), "\n") {
		switch {
		case strings.HasPrefix(line, "c2sp.org/tlog-proof@v1"):
		case strings.HasPrefix(line, "extra "):
			extra, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(line, "extra "))
			check(err)
			opening = extra
		case strings.HasPrefix(line, "index "):
			n, err := strconv.ParseInt(strings.TrimPrefix(line, "index "), 10, 64)
			check(err)
			index = n
		default:
			shown = append(shown, parse(line))
		}
	}
	entry := sha256.Sum256(opening)
	require(bytes.Equal(entry[:], entries[index]), "the opening's hash to be entry %d", index)
	check(tlog.CheckRecord(shown, tree.N, tree.Hash, index, tlog.RecordHash(entries[index])))
	made, err := tlog.ProveRecord(tree.N, index, hashes)
	check(err)
	require(fmt.Sprint(made) == fmt.Sprint(shown), "the inclusion proof that Go makes")
}

func parse(line string) tlog.Hash {
	_, err := base64.StdEncoding.Strict().DecodeString(line)
	check(err)
	hash, err := tlog.ParseHash(line)
	check(err)
	return hash
}

func fetch(url string) []byte {
	answer, err := http.Get(url)
	check(err)
	defer answer.Body.Close()
	require(answer.StatusCode == 200, "200 from %s, not %d", url, answer.StatusCode)
	body, err := io.ReadAll(answer.Body)
	check(err)
	return body
}

func read(file string) []byte {
	content, err := os.ReadFile(file)
	check(err)
	return content
}

func require(holds bool, wanted string, of ...interface{}) {
	if !holds {
		fmt.Fprintf(os.Stderr, "wanted: "+wanted+"\n", of...)
		os.Exit(1)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
