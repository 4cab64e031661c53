public import Bytes
public import Customers

/// Customers made out of a seed: row *i* is a function of (seed, *i*) alone.
///
/// So any slice, made on any machine and in any order, gives the same bytes. A source is one thread's; making
/// another for the same seed costs a few kilobytes and no time.
public struct PersonaSource: ~Copyable {
  private let data = PersonaData.embedded
  private let seedKey: UInt64
  private var nulls = NullPattern()
  private var emailNumber: EmailNumber
  private var scratch = Scratch()
  private var row = CustomerRow()

  /// The customers of `seed`.
  public init(seed: UInt64) {
    seedKey = Draws.mixed(seed ^ 0x510E_527F_ADE6_82D1)
    emailNumber = EmailNumber(seedKey: seedKey)
  }

  /// Where the rows say they were born; the table holds them to more than others.
  private static let origin: StaticString = "generator"

  /// The columns of a row of COPY, for the statement: those of a customer, and `source`.
  public static let copyColumns = "\(Column.selectList), source"

  /// Adds the row of `id` (1 or more) in the form of binary COPY, with ``copyColumns``.
  public mutating func append(copyRow id: Int64, to buffer: inout ByteBuffer) {
    make(id)
    buffer.append(copyRow: row, source: Self.origin)
  }

  /// Adds the row of `id` (1 or more) as a line of CSV.
  public mutating func append(csvRow id: Int64, to buffer: inout ByteBuffer) {
    make(id)
    buffer.append(csvRow: row)
  }

  /// Lets `body` have the row of `id` (1 or more). Its texts are good inside `body` alone.
  public mutating func withRow<Result>(_ id: Int64, _ body: (borrowing CustomerRow) throws -> Result) rethrows
    -> Result
  {
    make(id)
    return try body(row)
  }

  private mutating func make(_ id: Int64) {
    precondition(id >= 1)
    let number = UInt64(id)
    nulls.move(to: (number - 1) / NullPattern.size, seedKey: seedKey)
    var draws = Draws(key: seedKey, number)
    scratch.clear()
    let home = data.locale(&draws)
    // One in twenty-five works abroad.
    let work = draws.chance(perMille: 40) ? data.locale(&draws) : home
    set(.customerID, .integer(id))
    makeName(number, of: home, &draws)
    makeLife(number, in: home, &draws)
    makeHome(number, in: home, &draws)
    makeWork(number, in: work, &draws)
  }

  private mutating func makeName(_ number: UInt64, of home: Locale, _ draws: inout Draws) {
    let female = draws.next() >> 63 == 0
    let first = data.text(home.list(female ? .firstNamesFemale : .firstNamesMale, data).entry(&draws))
    let last = data.text(home.list(female ? .lastNamesFemale : .lastNamesMale, data).entry(&draws))
    set(.firstName, .text(first))
    set(.lastName, .text(last))
    let domains = home.list(.emailDomains, data)
    let unique = emailNumber.number(number)
    let width = emailNumber.width
    let email = scratch.text { [data] scratch in
      scratch.append(userName: first, last, &draws)
      scratch.append(decimal: unique, width: width)
      scratch.append(UInt8(ascii: "@"))
      scratch.append(oneOf: domains, &draws, data)
    }
    set(.email, .text(email))
  }

  private mutating func makeLife(_ number: UInt64, in home: Locale, _ draws: inout Draws) {
    let birth = LifeDates.birth(&draws)
    set(.dateOfBirth, isNull(0, number) ? .null : .date(birth))
    if isNull(1, number) {
      set(.lastLoginAt, .null)
      set(.lastLoginIP, .null)
    } else {
      set(.lastLoginAt, .timestamp(LifeDates.lastLogin(&draws)))
      let registry = home.registry
      set(.lastLoginIP, .text(scratch.text { $0.append(addressOf: registry, &draws) }))
    }
    // One in eight was born in another country, any of them.
    let country = draws.chance(perMille: 125) ? data.text(data.countries.entry(&draws)) : home.country(data)
    set(.countryOrigin, isNull(2, number) ? .null : .text(country))
  }

  private mutating func makeHome(_ number: UInt64, in home: Locale, _ draws: inout Draws) {
    set(.homeCountry, .text(home.country(data)))
    set(.homeCity, .text(expanded(.cities, home, &draws)))
    set(.homeStreet, .text(expanded(.streets, home, &draws)))
    set(.homeBuildingNumber, .text(expanded(.buildingNumbers, home, &draws)))
    set(.mobilePhone, isNull(3, number) ? .null : .text(expanded(.mobilePhones, home, &draws)))
    set(.homePhone, isNull(4, number) ? .null : .text(expanded(.homePhones, home, &draws)))
  }

  private mutating func makeWork(_ number: UInt64, in work: Locale, _ draws: inout Draws) {
    set(.workCountry, .text(work.country(data)))
    set(.workCity, .text(expanded(.cities, work, &draws)))
    set(.workStreet, .text(expanded(.streets, work, &draws)))
    set(.workBuildingNumber, .text(expanded(.buildingNumbers, work, &draws)))
    set(.workPhone, isNull(5, number) ? .null : .text(expanded(.workPhones, work, &draws)))
  }

  /// Whether the cell is null; `index` as in `NullPattern.columns`.
  @inline(__always) private func isNull(_ index: Int, _ number: UInt64) -> Bool {
    nulls.isNull(index, place: (number - 1) % NullPattern.size)
  }

  @inline(__always) private mutating func set(_ column: Column, _ value: CustomerValue) {
    row[column] = value
  }

  @inline(__always) private mutating func expanded(
    _ part: Locale.Part, _ locale: Locale, _ draws: inout Draws
  ) -> UnsafeRawBufferPointer {
    let list = locale.list(part, data)
    return scratch.text { [data] scratch in scratch.append(oneOf: list, &draws, data) }
  }
}
