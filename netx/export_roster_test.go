package netx

import "iter"

// SmallestPeak is how many entries a shrinkingMap keeps room for.
const SmallestPeak = smallestPeak

// ShrinkingMap is a shrinkingMap.
type ShrinkingMap[K comparable, V any] struct{ m shrinkingMap[K, V] }

func (m *ShrinkingMap[K, V]) Set(k K, v V)     { m.m.set(k, v) }
func (m *ShrinkingMap[K, V]) Remove(k K)       { m.m.remove(k) }
func (m *ShrinkingMap[K, V]) Entries() map[K]V { return m.m.entries }
func (m *ShrinkingMap[K, V]) Peak() int        { return m.m.peak }

// Roster is a roster.
type Roster[M comparable] struct{ r roster[M] }

func (r *Roster[M]) Add(m M)          { r.r.add(m) }
func (r *Roster[M]) Remove(m M)       { r.r.remove(m) }
func (r *Roster[M]) Len() int         { return r.r.len() }
func (r *Roster[M]) All() iter.Seq[M] { return r.r.all() }

// OpenPeak is for how many connections p has room in its list of them.
func OpenPeak(p *Port) int { return p.live.members.peak }

// PeerPeak is for how many peers p has room in its count of their connections.
func PeerPeak(p *Port) int { return p.byPeer.peak }

// AddressPeak is for how many addresses p has room.
func AddressPeak(p *ConnectionPool) int { return p.addresses.peak }
