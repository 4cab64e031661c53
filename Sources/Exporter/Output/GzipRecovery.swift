import Gzip

/// Reads what a killed run left of a gzip file: whole members, perhaps one that is whole but short, since the run was
/// about to finish, and perhaps a torn one.
struct GzipRecovery: ~Copyable {
  /// How far members of the usual size reach.
  private(set) var whole = ExportProgress()
  /// Rows of a whole but short member behind them; 0 if there is none.
  var shortRows: Int64 { shortTally.rows }
  private(set) var shortTally = Tally()
  /// Where that member ends.
  private(set) var shortEnd: Int64 = 0
  private var tally = Tally()

  /// Finds nothing without a state, or in a file that is torn in its first member.
  init(_ file: UnfinishedFile, _ state: ExportState?, _ format: CSVFormat) throws(OutputError) {
    guard let state else { return }
    let source = GzipSource(file.descriptor, upTo: file.trusted(state), pausesAtMembers: true)
    var reader = RowReader(format, source)
    var check = StateCheck(state.progress)
    do throws(OutputError) {
      reading: while true {
        switch try reader.next() {
        case .row: shortTally.add(reader.id, reader.values, format)
        case .end where shortTally.rows == GzipMembers.rowsPerMember:
          tally.add(shortTally)
          shortTally = Tally()
          whole = ExportProgress(bytes: source.offset, rows: tally.rows, lastID: tally.lastID)
          check.pass(whole)
        // The end of the file, or of a member that is shorter than others.
        case .end:
          shortEnd = source.offset
          break reading
        case .torn, .foreign, .outOfOrder:
          shortTally = Tally()
          break reading
        }
      }
    } catch {
      guard case .damaged = error else { throw error }
      shortTally = Tally()
    }
    guard check.isPassed else { throw .changed(path: file.paths.part) }
  }

  mutating func takeTally() -> Tally {
    var taken = Tally()
    swap(&taken, &tally)
    return taken
  }
}
