/// How far something is, as a value: counts and clock readings in, a line of text out.
public struct ProgressMeter: Sendable {
  /// What is counted, in the plural: `rows`.
  public let unit: String
  /// How many there will be, nil where nobody knows.
  public var total: Int?
  /// The part that is done, 0 to 1, where that is known better than from `total`.
  public var fraction: Double?
  /// True if the lines also show bytes per second.
  public let showsBytes: Bool
  /// How many there are by now, those of earlier runs included.
  public private(set) var done: Int

  private let doneBefore: Int
  private let startedAt: UInt64
  private var bytes = 0
  private var sampledAt: UInt64
  private var sampledDone: Int
  private var sampledBytes = 0
  private var rate = SmoothedRate()
  private var byteRate = SmoothedRate()

  /// A meter that begins at `now` (milliseconds of any steady clock) with `doneBefore` left by earlier runs.
  public init(
    unit: String = "rows", total: Int? = nil, doneBefore: Int = 0, showsBytes: Bool = false, now: UInt64
  ) {
    self.unit = unit
    self.total = total
    self.showsBytes = showsBytes
    self.doneBefore = doneBefore
    done = doneBefore
    sampledDone = doneBefore
    startedAt = now
    sampledAt = now
  }

  /// Takes in that `done` are done, and that `bytes` were moved since the meter began. Cheap enough to be
  /// called for every batch: rates are sampled ten times a second at most.
  public mutating func record(done: Int, bytes: Int = 0, now: UInt64) {
    self.done = done
    self.bytes = bytes
    guard now >= sampledAt + 100 else { return }
    let passed = Double(now - sampledAt)
    // What is done may become less: a database that goes down takes with it what it had not committed.
    rate.add(Double(max(done - sampledDone, 0)), milliseconds: passed)
    byteRate.add(Double(bytes - sampledBytes), milliseconds: passed)
    sampledAt = now
    sampledDone = done
    sampledBytes = bytes
  }

  /// One line of at most `width` columns for a terminal: a bar, where there is room and an end to run to,
  /// then the figures; what matters least goes first when it gets narrow.
  public func line(width: Int, now: UInt64) -> String {
    let count = total.map { "\(grouped(done))/\(grouped($0))" } ?? grouped(done)
    var figures = part.map { ["\(Int($0 * 100))%"] } ?? []
    figures.append("\(count) \(unit)")
    let needed = figures.count
    if let perSecond = rate.perSecond { figures.append("\(scaled(perSecond)) \(unit)/s") }
    if showsBytes, let perSecond = byteRate.perSecond { figures.append("\(bytesText(perSecond))/s") }
    let last =
      part.map { "ETA \(remaining($0).map { clockText(milliseconds: $0) } ?? "-:--")" }
      ?? clockText(milliseconds: elapsed(now))

    var text = (figures + [last]).joined(separator: "  ")
    while text.count > width, figures.count > needed {
      figures.removeLast()
      text = (figures + [last]).joined(separator: "  ")
    }
    let room = min(width - text.count - 2, 40)
    if let part, room >= 8 { text = "\(bar(part, width: room))  \(text)" }
    return String(text.prefix(max(width, 0)))
  }

  /// What to say at the end: `1,000,000 rows in 5.4 s (185k rows/s)`.
  public func summary(now: UInt64) -> String {
    let milliseconds = elapsed(now)
    let seconds = max(Double(milliseconds), 1) / 1000
    let fresh = done - doneBefore
    var rates = ["\(scaled(Double(fresh) / seconds)) \(unit)/s"]
    if showsBytes { rates.append("\(bytesText(Double(bytes) / seconds))/s") }
    var text = "\(grouped(fresh)) \(unit) in \(elapsedText(milliseconds: milliseconds))"
    text += " (\(rates.joined(separator: ", ")))"
    if doneBefore > 0 { text += ", \(grouped(done)) with those of earlier runs" }
    return text
  }

  private func elapsed(_ now: UInt64) -> Int { Int(now - min(startedAt, now)) }

  /// The part that is done, 0 to 1.
  private var part: Double? {
    if let fraction { return min(max(fraction, 0), 1) }
    guard let total else { return nil }
    return total <= 0 ? 1 : min(max(Double(done) / Double(total), 0), 1)
  }

  /// Milliseconds until the end at the present rate; nil while nothing moves.
  private func remaining(_ part: Double) -> Int? {
    if part >= 1 { return 0 }
    guard let perSecond = rate.perSecond, perSecond > 0 else { return nil }
    // Without a total, what is done and its part say how many there will be.
    let left = fraction == nil ? Double((total ?? 0) - done) : Double(done) / max(part, 1e-9) - Double(done)
    let milliseconds = left / perSecond * 1000
    return milliseconds < 3.6e9 ? Int(milliseconds) : nil
  }

  private func bar(_ part: Double, width: Int) -> String {
    let inside = width - 2
    let full = min(Int(part * Double(inside)), inside)
    return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: inside - full) + "]"
  }
}
