/// One of the nineteen columns of a customer, in the order of the table.
///
/// This is the one place where the columns are declared. The table's checks, the COPY encoder, the JSON of the
/// API, the CSV header and the exporter's reader are all made from it, and a test compares it with the
/// migrated database. Source of names and rules: the `customers` table of the original task.
public enum Column: Int, CaseIterable, Sendable {
  case customerID, firstName, lastName, dateOfBirth, email
  case lastLoginAt, lastLoginIP
  case countryOrigin
  case homeCountry, homeCity, homeStreet, homeBuildingNumber
  case workCountry, workCity, workStreet, workBuildingNumber
  case mobilePhone, homePhone, workPhone
}

/// What a column holds in PostgreSQL, and so how it is encoded.
public enum ColumnKind: Equatable, Sendable {
  /// `bigint`: a JSON number.
  case integer
  /// `text` of at most so many characters: a JSON string.
  case text(limit: Int)
  /// `date`: `YYYY-MM-DD`.
  case date
  /// `timestamptz(3)`: `YYYY-MM-DD HH:MM:SS.mmm`, in UTC.
  case timestamp
}

extension Column {
  /// How many there are.
  @inlinable public static var count: Int { 19 }

  /// The name in SQL, JSON and CSV.
  public var name: StaticString { Self.specifications[rawValue].name }
  /// The type.
  public var kind: ColumnKind { Self.specifications[rawValue].kind }
  /// Percent of generated rows that are null in this column; nil where a generated row is never blank.
  public var nullPercent: ClosedRange<Int>? { Self.specifications[rawValue].nullPercent }

  private struct Specification {
    let name: StaticString
    let kind: ColumnKind
    let nullPercent: ClosedRange<Int>?

    init(_ name: StaticString, _ kind: ColumnKind, nullPercent: ClosedRange<Int>? = nil) {
      self.name = name
      self.kind = kind
      self.nullPercent = nullPercent
    }
  }

  /// In the order of the cases. Streets are the long texts: some countries put a whole description there.
  private static let specifications: [Specification] = [
    Specification("customer_id", .integer),
    Specification("first_name", .text(limit: 200)),
    Specification("last_name", .text(limit: 200)),
    Specification("date_of_birth", .date, nullPercent: 10...20),
    Specification("email", .text(limit: 320)),
    Specification("last_login_dt", .timestamp, nullPercent: 5...15),
    Specification("last_login_ip", .text(limit: 45), nullPercent: 5...15),
    Specification("country_origin", .text(limit: 200), nullPercent: 10...20),
    Specification("home_country", .text(limit: 200)),
    Specification("home_city", .text(limit: 200)),
    Specification("home_street", .text(limit: 10_000)),
    Specification("home_building_number", .text(limit: 50)),
    Specification("work_country", .text(limit: 200)),
    Specification("work_city", .text(limit: 200)),
    Specification("work_street", .text(limit: 10_000)),
    Specification("work_building_number", .text(limit: 50)),
    Specification("mobile_phone", .text(limit: 50), nullPercent: 5...15),
    Specification("home_phone", .text(limit: 50), nullPercent: 50...65),
    Specification("work_phone", .text(limit: 50), nullPercent: 20...25),
  ]

  /// `customer_id, first_name, …`: for `SELECT` and `COPY`.
  public static let selectList = allCases.map { "\($0.name)" }.joined(separator: ", ")
}
