import Bytes
import Postgres

/// Several registered customers that are added or changed by one statement: their way to PostgreSQL as JSON, and their
/// rows back to their places.
enum RegisteredCustomerBatch {
  struct Addition: Sendable {
    let customer: NewRegisteredCustomer
    /// The id of the first name.
    let firstname: Int64?
  }

  struct Change: Sendable {
    let id: Int64
    let fields: RegisteredCustomerFields
    /// The id of the first name.
    let firstname: Int64?
  }

  static func add(_ additions: [Addition], _ writes: Writes) async throws -> [Row?] {
    let json = array(of: additions) { addition, object in
      object.add("code", addition.customer.phone.code)
      object.add("number", addition.customer.phone.number)
      object.add(addition.customer.fields, addition.firstname)
    }
    let rows = try await writes.run(RegisteredCustomerQueries.addSeveral, [.text(json)])
    return places(of: rows, column: RegisteredCustomerQueries.lateColumn, count: additions.count)
  }

  /// Of several changes of one customer the first is made here; the others follow alone.
  static func change(_ changes: [Change], _ writes: Writes) async throws -> [Row?] {
    var seen: Set<Int64> = []
    let isFirst = changes.map { seen.insert($0.id).inserted }
    let json = array(of: changes, where: isFirst) { change, object in
      object.add("customer_id", change.id)
      object.add(change.fields, change.firstname)
    }
    let rows = try await writes.run(RegisteredCustomerQueries.changeSeveral, [.text(json)])
    return places(of: rows, column: RegisteredCustomerQueries.lateColumn + 1, count: changes.count)
  }

  private static func array<Item>(
    of items: [Item], where isWanted: [Bool]? = nil, _ fill: (Item, inout BatchObject) -> Void
  ) -> String {
    var text = ByteBuffer(capacity: 512 * items.count)
    var isFirst = true
    for (place, item) in items.enumerated() where isWanted?[place] != false {
      text.append(isFirst ? "[" : ",")
      isFirst = false
      var object = BatchObject(place: Int64(place))
      fill(item, &object)
      object.end(in: &text)
    }
    text.append("]")
    return text.text()
  }

  private static func places(of rows: Rows, column: Int, count: Int) -> [Row?] {
    var found = [Row?](repeating: nil, count: count)
    for row in 0..<rows.count {
      if let place = rows.integer(row, column) { found[Int(place)] = rows[row] }
    }
    return found
  }
}

/// One object of the JSON, written member by member. What is left out is NULL.
private struct BatchObject: ~Copyable {
  private var text = ByteBuffer(capacity: 512)

  init(place: Int64) {
    text.append("{\"place\":")
    text.append(decimal: place)
  }

  mutating func add(_ name: StaticString, _ value: String) {
    begin(name)
    text.append(jsonString: value)
  }

  mutating func add(_ name: StaticString, _ value: Int64) {
    begin(name)
    text.append(decimal: value)
  }

  /// Adds all fields, each with a member that says whether it is given.
  mutating func add(_ fields: RegisteredCustomerFields, _ firstname: Int64?) {
    add("first_name", "has_first_name", fields.firstname) { $0.append(jsonString: $1) }
    if let firstname { add("firstname_id", firstname) }
    add("last_name", "has_last_name", fields.lastname) { $0.append(jsonString: $1) }
    add("email", "has_email", fields.email) { $0.append(jsonString: $1) }
    add("date_of_birth", "has_date_of_birth", fields.birthday) {
      $0.append("\"")
      $0.append(postgresDate: $1)
      $0.append("\"")
    }
    add("gender", "has_gender", fields.gender) { $0.append(jsonString: $1) }
    add("city_id", "has_city_id", fields.city) { $0.append(decimal: $1) }
    add("last_login_dt", "has_last_login_dt", fields.lastAuth) {
      $0.append("\"")
      $0.append(postgresInstant: $1)
      $0.append("\"")
    }
  }

  private mutating func add<Value>(
    _ name: StaticString, _ flag: StaticString, _ given: Given<Value>,
    _ write: (inout ByteBuffer, Value) -> Void
  ) {
    begin(flag)
    text.append(given.isPresent ? "true" : "false")
    guard let value = given.value else { return }
    begin(name)
    write(&text, value)
  }

  private mutating func begin(_ name: StaticString) {
    text.append(",\"")
    text.append(name)
    text.append("\":")
  }

  mutating func end(in whole: inout ByteBuffer) {
    text.append("}")
    text.withBytes { whole.append($0) }
  }
}
