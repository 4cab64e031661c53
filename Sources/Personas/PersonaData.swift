import CPersonaData

/// The resource with the texts and formats of all locales, read where it lies.
///
/// `Sources/CPersonaData/README.md` describes the bytes. Nothing is parsed at the start: a list is three numbers in
/// a directory, and an entry is an offset.
// SAFETY: it points to constant data of the program, which nobody writes and which is never freed.
struct PersonaData: @unchecked Sendable {
  let base: UnsafeRawPointer

  /// The resource that is built into the program.
  static let embedded = PersonaData(base: roster_persona_data(), size: roster_persona_data_size())

  init(base: UnsafeRawPointer, size: Int) {
    self.base = base
    precondition(
      size > 32 && base.load(as: UInt64.self) == 0x4450_5245_5453_4F52
        && base.load(fromByteOffset: 8, as: UInt32.self) == 1
        && base.load(fromByteOffset: 12, as: UInt32.self) == size,
      "the persona data is not what this program was built for")
  }

  private func number(_ offset: Int) -> Int { Int(base.load(fromByteOffset: offset, as: UInt32.self)) }

  var listCount: Int { number(16) }
  var localeCount: Int { number(20) }

  /// All countries.
  var countries: TextList { list(number(24)) }

  /// A list by its number.
  @inline(__always) func list(_ index: Int) -> TextList {
    let record = base + 32 + index &* 16
    return TextList(
      entries: base + Int(record.load(as: UInt32.self)),
      count: record.load(fromByteOffset: 4, as: UInt32.self),
      kind: TextList.Kind(rawValue: record.load(fromByteOffset: 8, as: UInt32.self)))
  }

  /// A locale by its number, in the order of the resource.
  func locale(_ index: Int) -> Locale { Locale(base + number(28) + index * 60) }

  /// One of the locales, by their shares. The last list holds the places of their records.
  @inline(__always) func locale(_ draws: inout Draws) -> Locale {
    Locale(base + list(listCount &- 1).entry(&draws).offset)
  }

  /// The bytes of an entry: a text, or a format.
  @inline(__always) func text(_ entry: Entry) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + entry.offset, count: entry.count)
  }
}

/// Where a text lies and how many bytes it has, in one number, so that the length is there before the text is.
struct Entry {
  let packed: UInt32

  @inline(__always) var offset: Int { Int(packed & 0xFF_FFFF) }
  @inline(__always) var count: Int { Int(packed >> 24) }
}

/// A list of texts or formats.
struct TextList {
  struct Kind: OptionSet {
    let rawValue: UInt32
    static let weighted = Kind(rawValue: 1)
    static let formats = Kind(rawValue: 2)
    static let names = Kind(rawValue: 4)
  }

  let entries: UnsafeRawPointer
  let count: UInt32
  let kind: Kind

  /// One of the entries, each by its weight (Walker's alias method).
  @inline(__always) func entry(_ draws: inout Draws) -> Entry {
    let draw = draws.next()
    let index = Int(truncatingIfNeeded: ((draw >> 32) &* UInt64(count)) >> 32)
    guard kind.contains(.weighted) else {
      return Entry(packed: (entries + index &* 4).load(as: UInt32.self))
    }
    var record = entries + index &* 8
    if UInt16(truncatingIfNeeded: draw) >= record.load(fromByteOffset: 4, as: UInt16.self) {
      record = entries + Int(record.load(fromByteOffset: 6, as: UInt16.self)) &* 8
    }
    return Entry(packed: record.load(as: UInt32.self))
  }

  /// Entry `index`, whatever its weight.
  func entry(at index: Int) -> Entry {
    Entry(packed: (entries + index * (kind.contains(.weighted) ? 8 : 4)).load(as: UInt32.self))
  }
}

/// What is known of a locale.
struct Locale {
  /// The lists of a locale, in the order of the record.
  enum Part: Int, CaseIterable {
    case firstNamesMale, firstNamesFemale, lastNamesMale, lastNamesFemale
    case cities, streets, buildingNumbers
    case mobilePhones, homePhones, workPhones
    case emailDomains
  }

  private let record: UnsafeRawPointer

  @inline(__always) init(_ record: UnsafeRawPointer) { self.record = record }

  @inline(__always) private func number(_ index: Int) -> UInt32 {
    (record + index &* 4).load(as: UInt32.self)
  }

  /// `de_DE`.
  func code(_ data: PersonaData) -> UnsafeRawBufferPointer { data.text(Entry(packed: number(0))) }
  /// The country, in English.
  @inline(__always) func country(_ data: PersonaData) -> UnsafeRawBufferPointer {
    data.text(Entry(packed: number(1)))
  }
  /// What phone numbers begin with, behind the `+`.
  var callingCode: Int { Int(number(2)) }
  /// Whose IPv4 addresses the country's are; an index of `addressBlocks`.
  @inline(__always) var registry: Int { Int(number(3)) }

  @inline(__always) func list(_ part: Part, _ data: PersonaData) -> TextList {
    data.list(Int(number(4 &+ part.rawValue)))
  }
}
