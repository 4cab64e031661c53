import Bytes
import Customers
import SQLite

/// The rows of a `.sqlite` file, as CSV.
final class DatabaseSource: ByteSource {
  private let path: String
  private let statement: SQLiteStatement
  private var hasHeader = false
  /// SQLite begins again when a statement is asked for more than there is.
  private var isOver = false

  init(_ path: String) throws(OutputError) {
    self.path = path
    do throws(SQLiteError) {
      let database = try SQLiteDatabase(path, .read)
      statement = try SQLiteStatement(
        database, declared: "SELECT \(Column.selectList) FROM customers ORDER BY customer_id")
    } catch {
      throw .database(path: path, error)
    }
  }

  /// The columns that the table has.
  static func columns(_ path: String) throws(OutputError) -> [String] {
    do throws(SQLiteError) {
      let database = try SQLiteDatabase(path, .read)
      return try SQLiteStatement(database, declared: "SELECT * FROM customers LIMIT 0").columnNames
    } catch {
      throw .database(path: path, error)
    }
  }

  func read(into buffer: inout ByteBuffer) throws(OutputError) -> Bool {
    let before = buffer.count
    if !hasHeader { CSVFormat().appendHeader(to: &buffer) }
    hasHeader = true
    do throws(SQLiteError) {
      // Some rows at once, so that the reader is not asked for each.
      while !isOver, buffer.count < before + 1 << 16 {
        isOver = try !statement.step()
        if !isOver { append(to: &buffer) }
      }
    } catch {
      throw .database(path: path, error)
    }
    return buffer.count > before
  }

  private func append(to buffer: inout ByteBuffer) {
    buffer.append(decimal: statement.integer(0))
    for column in 1..<Column.count {
      buffer.append(UInt8(ascii: ","))
      if let text = statement.text(column) { buffer.append(csvField: text) }
    }
    buffer.append(UInt8(ascii: "\n"))
  }
}
