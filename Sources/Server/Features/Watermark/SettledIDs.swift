/// Up to which id no customer can appear any more. A value: what is in the database comes in as samples.
///
/// An id is drawn from the sequence before the row that gets it can be seen, and transactions end in another order
/// than they drew their ids. So the highest id of the table is no point below which all is there. But whoever draws
/// an id holds a lock on the sequence until his transaction ends, and whoever writes a row holds one on the table:
/// once all who held such locks at a moment are gone, every id that had been drawn by then is decided. Such a moment
/// is a checkpoint here.
struct SettledIDs: Equatable, Sendable {
  /// A transaction with a lock on the table or its sequence.
  struct Holder: Hashable, Sendable {
    /// As `pg_locks` names it; never used twice while the database runs.
    var transaction: String
    /// It waits for COMMIT PREPARED, without any session.
    var isPrepared = false
  }

  /// What decides whether ids and transactions of two samples can be compared: not after the database was started
  /// anew, another one has taken its place, or the sequence began from the start.
  struct Era: Equatable, Sendable {
    /// When the database was started, in microseconds since 1970.
    var start: Int64
    /// The file of the sequence; `TRUNCATE … RESTART IDENTITY` makes another one.
    var sequence: Int64
  }

  /// What the database said, in this order: a transaction that draws its id between the two is among the holders
  /// without need, while the other way round it would be missed.
  struct Sample: Equatable, Sendable {
    var era: Era
    /// The last id that was drawn; 0 before the first.
    var drawn: Int64
    var holders: Set<Holder>
  }

  private struct Checkpoint: Equatable {
    var id: Int64
    /// Those that held locks then and still do.
    var holders: Set<Holder>
  }

  /// No row with this id or a lower one can still appear, as far as ids are drawn.
  private(set) var settled: Int64 = 0
  private var era: Era?
  /// Those that are not settled, ascending.
  private var checkpoints: [Checkpoint] = []
  private var holders: Set<Holder> = []
  private var samples = 0

  /// More are not kept: beyond that every second one goes, and ids settle in larger steps.
  static let mostCheckpoints = 64

  /// A look at the database that has begun.
  struct Round: Equatable, Sendable {
    fileprivate let samples: Int
  }

  /// To be called before a sample is taken.
  func beginRound() -> Round { Round(samples: samples) }

  /// Takes in a sample. One that another one has overtaken meanwhile is ignored: it says who was there at an earlier
  /// moment, so those who came since would seem to have gone.
  mutating func take(_ sample: Sample, of round: Round) {
    guard round.samples == samples else { return }
    samples += 1
    let highest = checkpoints.last?.id ?? settled
    if sample.era != era || sample.drawn < highest {
      settled = 0
      checkpoints = []
      holders = []
      era = sample.era
    }
    forgetGone(sample.holders)
    if sample.drawn > (checkpoints.last?.id ?? settled) {
      checkpoints.append(Checkpoint(id: sample.drawn, holders: sample.holders))
    }
    holders = sample.holders
    if let last = checkpoints.last(where: \.holders.isEmpty) {
      settled = last.id
      checkpoints.removeAll { $0.id <= last.id }
    }
    thinOut()
  }

  /// A session's transaction that is gone may have been prepared instead of ended, and has another name then: those
  /// that were prepared since the last sample stand for it.
  private mutating func forgetGone(_ present: Set<Holder>) {
    let newlyPrepared = present.filter { $0.isPrepared && !holders.contains($0) }
    for index in checkpoints.indices {
      let gone = checkpoints[index].holders.subtracting(present)
      checkpoints[index].holders.subtract(gone)
      if gone.contains(where: { !$0.isPrepared }) { checkpoints[index].holders.formUnion(newlyPrepared) }
    }
  }

  private mutating func thinOut() {
    guard checkpoints.count > Self.mostCheckpoints else { return }
    let newest = checkpoints.count - 1
    checkpoints = checkpoints.enumerated().filter { $0.offset % 2 == 0 || $0.offset == newest }.map(\.element)
  }
}
