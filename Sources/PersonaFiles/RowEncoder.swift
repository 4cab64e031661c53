import Bytes
import Customers
public import EventLoop
import Personas

/// Makes rows of a range of ids into bytes, in memory that is used again.
///
/// SAFETY: `@unchecked Sendable` since one thread has it at a time: the loop's, or one of the pool's with the pool's
/// queue in between, and nobody else until ``encodeAside(_:of:on:)`` returns.
public final class RowEncoder: @unchecked Sendable {
  /// What rows are made into.
  public enum Form: Sendable {
    case copy, csv
  }

  private let form: Form
  private var source: PersonaSource
  private var buffer = ByteBuffer(capacity: 96 * 1024)

  /// An encoder of the rows of a seed.
  public init(_ form: Form, seed: UInt64) {
    self.form = form
    source = PersonaSource(seed: seed)
  }

  /// Encodes the rows of `ids`, a part of `whole`, in place of what was encoded before. The first part begins
  /// with what the form begins with (a line of names, COPY's header), the last one ends as the form ends.
  public func encode(_ ids: ClosedRange<Int64>, of whole: ClosedRange<Int64>) {
    let isFirst = ids.lowerBound == whole.lowerBound
    let isLast = ids.upperBound == whole.upperBound
    rows = ids.count
    buffer.removeAll()
    switch form {
    case .copy:
      if isFirst { buffer.appendCopyHeader() }
      for id in ids { source.append(copyRow: id, to: &buffer) }
      if isLast { buffer.appendCopyTrailer() }
    case .csv:
      if isFirst { buffer.append(text: csvHeader) }
      for id in ids { source.append(csvRow: id, to: &buffer) }
    }
  }

  /// The same on the thread pool.
  public func encodeAside(_ ids: ClosedRange<Int64>, of whole: ClosedRange<Int64>, on loop: Loop) async throws
  {
    try await loop.offload { self.encode(ids, of: whole) }
  }

  /// How many rows were encoded last.
  public private(set) var rows = 0

  /// What was encoded last. Good until the next encoding.
  public var bytes: UnsafeRawBufferPointer { buffer.withBytes { $0 } }
}
