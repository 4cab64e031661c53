import HTTP
import Postgres

/// Registered customers in the database: what can be done with them, and what stands in the way.
struct RegisteredCustomers: Sendable {
  private let lanes: DatabaseLanes
  private let writes: Writes
  private let lookup: RowLookup
  private let firstnames: FirstNames
  private let counter: RowCounter
  private let additions: SharedWrites<RegisteredCustomerBatch.Addition>
  private let changes: SharedWrites<RegisteredCustomerBatch.Change>
  let kept: KeptAnswers

  init(_ lanes: DatabaseLanes, counting memory: CountMemory) {
    typealias Queries = RegisteredCustomerQueries
    self.lanes = lanes
    writes = Writes(lane: lanes.writes)
    lookup = RowLookup(lanes.reads, one: Queries.single, many: Queries.several)
    firstnames = FirstNames(writes)
    counter = RowCounter(lanes: lanes, memory: memory, statements: Queries.counts)
    kept = KeptAnswers(writes: writes, find: Queries.kept)
    additions = SharedWrites(lanes.writes) { [writes] in try await RegisteredCustomerBatch.add($0, writes) }
    changes = SharedWrites(lanes.writes) { [writes] in try await RegisteredCustomerBatch.change($0, writes) }
  }

  // MARK: Reading

  /// The customer with this id; 404 if there is none.
  func customer(_ id: Int64) async throws -> Row {
    guard let row = try await lookup.row(id) else { throw Self.notFound }
    return row
  }

  /// One row more than the window holds, so that it is known whether there are more.
  func page(_ window: PageWindow) async throws -> Rows {
    let limit = window.limit + 1
    if window.offset == 0 {
      return try await lanes.reads.read(RegisteredCustomerQueries.page, window.lowerBound, limit)
    }
    let pool = window.isDeep ? await lanes.slow.opened() : lanes.reads
    return try await pool.read(
      RegisteredCustomerQueries.deepPage, [.int8(window.lowerBound), .int8(limit), .int8(window.offset)])
  }

  func count(insists: Bool) async throws -> ListCount { try await counter.count(insists: insists) }

  // MARK: Writing

  /// Adds a customer, and keeps the answer under `key` if there is one.
  func add(_ customer: NewRegisteredCustomer, _ key: IdempotencyKey?) async throws -> Row {
    let row = try await withFirstname(customer.fields.firstname) { firstname in
      if let key { return try await addAlone(customer, firstname, key) }
      return try await additions.write(.init(customer: customer, firstname: firstname)) {
        try await addAlone(customer, firstname, nil)
      }
    }
    counter.memory.with { $0.add(1) }
    return row
  }

  private func addAlone(
    _ customer: NewRegisteredCustomer, _ firstname: Int64?, _ key: IdempotencyKey?
  ) async throws -> Row {
    let fields = customer.fields
    return try await writes.run(
      key == nil ? RegisteredCustomerQueries.add : RegisteredCustomerQueries.addOnce,
      [
        .text(customer.phone.code), .text(customer.phone.number),
        .optional(fields.firstname.value, Value.text), .optional(firstname),
        .optional(fields.lastname.value, Value.text), .optional(fields.email.value, Value.text),
        .optional(fields.birthday.value, Value.date), .optional(fields.gender.value, Value.text),
        .optional(fields.city.value), .optional(fields.lastAuth.value, Value.timestamp),
        .text(customer.phone.international),
      ] + (key?.values ?? []))[0]
  }

  /// Changes the fields that are given. `version` is the state that the row must have; nil if any will do.
  func change(_ id: Int64, _ fields: RegisteredCustomerFields, in version: Int64?) async throws -> Row {
    let row: Row
    do {
      row = try await withFirstname(fields.firstname) { firstname in
        if let version { return try await changeAlone(id, fields, firstname, in: version) }
        return try await changes.write(.init(id: id, fields: fields, firstname: firstname)) {
          try await changeAlone(id, fields, firstname, in: nil)
        }
      }
    } catch PostgresError.server(let message) where message.constraint == "customers_generated_complete" {
      throw Self.generatedStaysComplete(fields)
    }
    // The phone was changed while this waited, so its row is not one that the statement could see.
    if row.cells[RegisteredCustomerQueries.lateColumn]?.first == 1 { return try await customer(id) }
    return row
  }

  private func changeAlone(
    _ id: Int64, _ fields: RegisteredCustomerFields, _ firstname: Int64?, in version: Int64?
  ) async throws -> Row {
    let rows = try await writes.run(
      RegisteredCustomerQueries.change,
      [
        .int8(id), .bool(fields.firstname.isPresent), .optional(fields.firstname.value, Value.text),
        .optional(firstname),
        .bool(fields.lastname.isPresent), .optional(fields.lastname.value, Value.text),
        .bool(fields.email.isPresent), .optional(fields.email.value, Value.text),
        .bool(fields.birthday.isPresent), .optional(fields.birthday.value, Value.date),
        .bool(fields.gender.isPresent), .optional(fields.gender.value, Value.text),
        .bool(fields.city.isPresent), .optional(fields.city.value),
        .bool(fields.lastAuth.isPresent), .optional(fields.lastAuth.value, Value.timestamp),
        .optional(version),
      ])
    guard rows.count > 0 else { throw try await whyNot(id) }
    return rows[0]
  }

  /// Gives the customer another phone; the new state of the row comes back.
  func change(_ id: Int64, _ phone: PhoneNumber, in version: Int64?) async throws -> EntityTag {
    let rows = try await writes.run(
      RegisteredCustomerQueries.changePhone,
      [.int8(id), .text(phone.code), .text(phone.number), .text(phone.international), .optional(version)])
    guard rows.count > 0 else { throw try await whyNot(id) }
    try await forgetPhone(rows.integer(0, 1))
    return EntityTag("\(rows.integer(0, 0) ?? 0)")
  }

  /// Removes the customer for good.
  func remove(_ id: Int64, in version: Int64?) async throws {
    let rows = try await writes.run(RegisteredCustomerQueries.remove, [.int8(id), .optional(version)])
    guard rows.count > 0 else { throw try await whyNot(id) }
    counter.memory.with { $0.add(-1) }
    try await forgetPhone(rows.integer(0, 0))
  }

  private func forgetPhone(_ id: Int64?) async throws {
    if let id { _ = try await writes.run(RegisteredCustomerQueries.forgetPhone, [.int8(id)]) }
  }

  /// Runs `body` with the id of a first name; once more if somebody has removed that meanwhile.
  private func withFirstname(
    _ name: Given<String>, _ body: (Int64?) async throws -> Row
  ) async throws -> Row {
    do {
      return try await body(try await firstnames.id(of: name.value))
    } catch PostgresError.server(let message) where message.constraint == "customers_firstname_fkey" {
      firstnames.forget(name.value)
      return try await body(try await firstnames.id(of: name.value))
    }
  }

  // MARK: What stands in the way

  static let notFound = Problem(.notFound, "there is no customer with this id")

  /// Why a change found no row: it is not there, or it is in another state than the one that was asked for.
  private func whyNot(_ id: Int64) async throws -> Problem {
    guard let row = try await lookup.row(id) else { return Self.notFound }
    return StatePrecondition.failed(RegisteredCustomerViews.tag(row))
  }

  /// The phone of a request is somebody's.
  static func isTaken(_ error: any Error) -> Bool {
    guard case PostgresError.server(let message) = error else { return false }
    return message.constraint == "customers_phone_key"
  }

  static let phoneIsTaken = Problem(
    .conflict, "phone: another customer has it", faults: [.init("phone", "another customer has it")])

  private static func generatedStaysComplete(_ fields: RegisteredCustomerFields) -> Problem {
    let detail = "cannot be empty, since this customer came from the generator"
    var faults: [Problem.Fault] = []
    for (name, field) in [
      ("firstname", fields.firstname), ("lastname", fields.lastname), ("email", fields.email),
    ]
    where field == .null {
      faults.add(name, detail)
    }
    return Problem(.unprocessableContent, "\(faults.first?.name ?? "a name"): \(detail)", faults: faults)
  }
}
