import ODBC

/// Reads the source on a thread of its own: connects, asks, and hands batches over.
struct SourceReader: Sendable {
  let settings: SourceSettings

  /// Blocks, again and again. The outlet hears of every step, so that the loop can tell a slow source from a silent one.
  func read(into outlet: ODBCOutlet<StagedBatch>) throws {
    let connection = try ODBCConnection(
      ODBCEnvironment(), settings.connection, patience: settings.driverPatience)
    outlet.tick()
    let statement = try ODBCStatement(connection)
    try outlet.guards(statement)
    try statement.execute(settings.query)
    outlet.tick()
    let places = try settings.mapping.places(among: statement.columns.map(\.name))
    var batch = StagedBatch()
    while try statement.fetch() {
      outlet.tick()
      var row = SourceRow()
      for (field, place) in places { row.set(field, statement.value(place)) }
      row.finish()
      batch.append(row, line: statement.rowCount)
      guard batch.isFull else { continue }
      batch.finish()
      try outlet.put(batch)
      batch = StagedBatch()
    }
    guard batch.rows > 0 else { return }
    batch.finish()
    try outlet.put(batch)
  }
}
