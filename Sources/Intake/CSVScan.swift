import Customers
import Glibc

/// Finds where the next record of CSV ends, and its fields (RFC 4180, with LF or CRLF). Goes on where it was when more
/// bytes have come, so that each is looked at once, in whatever pieces they come.
///
/// A record that breaks the rules is still found, up to its next line end, and what is wrong with it is told.
struct CSVScan {
  /// A field by its place in the record, with its quotes.
  struct Field {
    var start: Int
    var end: Int
    var isQuoted: Bool
    var hasDoubledQuotes: Bool
  }

  private enum State {
    case fieldStart
    case plain
    case quoted
    /// Behind a quote inside of quotes: it is doubled, or was the last.
    case quote
    case carriageReturn
  }

  /// The first fields of the record; more than these are counted only.
  private(set) var fields: [Field] = []
  private(set) var fieldCount = 0
  /// What is wrong with the record, if anything is.
  private(set) var problem: StaticString?
  private(set) var hasQuotes = false
  private var position = 0
  private var state = State.fieldStart
  private var field = Field(start: 0, end: 0, isQuoted: false, hasDoubledQuotes: false)

  /// A header may have a name too many for each column there is, and all are to be looked at.
  static let mostFields = 2 * Column.count

  /// Begins with the next record, which is now at the front of the bytes.
  mutating func begin() {
    fields.removeAll(keepingCapacity: true)
    fieldCount = 0
    problem = nil
    hasQuotes = false
    position = 0
    state = .fieldStart
  }

  /// The length of the record at the front, with its line end; nil if that has not come yet.
  mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Int? {
    while position < bytes.count {
      switch state {
      case .fieldStart:
        let isQuoted = bytes[position] == Self.quote
        field = Field(start: position, end: 0, isQuoted: isQuoted, hasDoubledQuotes: false)
        state = isQuoted ? .quoted : .plain
        if isQuoted {
          position += 1
          hasQuotes = true
        }
      case .plain:
        position = Self.nextSpecial(bytes, position)
        if position < bytes.count, endsRecord(bytes[position]) { return position }
      case .quoted:
        guard let start = bytes.baseAddress,
          let found = memchr(start + position, Int32(Self.quote), bytes.count - position)
        else {
          position = bytes.count
          break
        }
        position = UnsafeRawPointer(found) - start + 1
        state = .quote
      case .quote:
        if bytes[position] == Self.quote {
          field.hasDoubledQuotes = true
          position += 1
          state = .quoted
        } else {
          if endsRecord(bytes[position]) { return position }
        }
      case .carriageReturn:
        if bytes[position] == Self.lineFeed {
          endField(at: position - 1)
          position += 1
          return position
        }
        note("a CR stands alone; a field that holds one must be quoted")
        state = .plain
      }
    }
    return nil
  }

  /// Ends the record where the file ends; false if it ends inside of quotes.
  mutating func finish(_ bytes: UnsafeRawBufferPointer) -> Bool {
    switch state {
    case .quoted: return false
    case .fieldStart:
      field = Field(start: position, end: 0, isQuoted: false, hasDoubledQuotes: false)
      endField(at: position)
    case .carriageReturn: endField(at: position - 1)
    case .plain, .quote: endField(at: position)
    }
    return true
  }

  /// Takes a byte in that may end a field; true, and behind the byte, if it ends the record.
  private mutating func endsRecord(_ byte: UInt8) -> Bool {
    switch byte {
    case Self.comma:
      endField(at: position)
      state = .fieldStart
    case Self.lineFeed:
      endField(at: position)
      position += 1
      return true
    case Self.carriageReturn: state = .carriageReturn
    case Self.quote:
      note("a quote stands in a field that does not begin with one; quote the field and double the quote")
      state = .plain
    default:
      note("text stands behind the quote that ends a field; a quote inside of quotes must be doubled")
      state = .plain
    }
    position += 1
    return false
  }

  private mutating func endField(at end: Int) {
    fieldCount += 1
    guard fields.count < Self.mostFields else { return }
    field.end = end
    fields.append(field)
  }

  private mutating func note(_ what: StaticString) {
    if problem == nil { problem = what }
  }

  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// Where the next comma, quote, LF or CR is, from `start` on. Reads up to seven bytes beyond the end.
  @inline(__always)
  private static func nextSpecial(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
    guard let base = bytes.baseAddress else { return start }
    var at = start
    while at < bytes.count {
      let word = (base + at).loadUnaligned(as: UInt64.self)
      let found = csvSpecials(word)
      if found != 0 { return min(at &+ found.trailingZeroBitCount &>> 3, bytes.count) }
      at &+= 8
    }
    return bytes.count
  }
}
