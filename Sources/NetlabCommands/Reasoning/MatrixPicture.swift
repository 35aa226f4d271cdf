import Checks
import FoundationEssentials
import Reachability

enum MatrixFormat: String, CaseIterable { case text, json, csv, svg, html }

/// A matrix as text, data or picture.
struct MatrixPicture {
    private let matrix: ReachabilityMatrix
    private let title: String
    private let wrong: [MatrixVerification.Disagreement]
    private let isVerified: Bool

    init(
        _ matrix: ReachabilityMatrix, title: String, disagreements: [MatrixVerification.Disagreement], isVerified: Bool
    ) {
        self.matrix = matrix
        self.title = title
        wrong = disagreements
        self.isVerified = isVerified
    }

    func rendered(as format: MatrixFormat) throws -> String {
        switch format {
        case .text: text
        case .json: try json
        case .csv: csv
        case .svg: svg
        case .html: html
        }
    }

    private var senders: [Int] { matrix.ends.indices.filter { matrix.ends[$0].canBegin } }

    /// The ports that reach, and those about which packets say otherwise, marked.
    private func cell(_ from: Int, _ to: Int) -> String {
        let wrong = wrongPorts(from, to)
        return matrix.ports.enumerated().filter { matrix.reaches(from, to, port: $0) || wrong.contains($1) }
            .map { wrong.contains($1) ? "!\($1)" : "\($1)" }.joined(separator: " ")
    }

    private func wrongPorts(_ from: Int, _ to: Int) -> [MatrixPort] {
        wrong.filter { $0.from == matrix.ends[from].name && $0.to == matrix.ends[to].name }.map(\.port)
    }

    private func isWrong(_ from: Int, _ to: Int) -> Bool { !wrongPorts(from, to).isEmpty }

    // MARK: Text

    /// A grid while it fits on a page, else one line a pair.
    private var text: String {
        var lines = [matrix.ends.count <= 16 ? grid : list]
        let asked = matrix.ports.map(\.description).joined(separator: " ")
        lines.append("\nasked: \(asked); rows reach columns")
        if isVerified {
            lines.append(
                wrong.isEmpty
                    ? "packets agree in every pair"
                    : "packets disagree (marked !):\n" + wrong.map(\.sentence).joined(separator: "\n"))
        }
        return lines.joined(separator: "\n")
    }

    private var grid: String {
        var table = TextTable(["from \\ to"] + matrix.ends.map(\.name))
        for from in senders {
            table.add(
                [matrix.ends[from].name]
                    + matrix.ends.indices.map { to in
                        let open = from == to ? "\\" : cell(from, to)
                        return open.isEmpty ? "-" : open
                    })
        }
        return table.text
    }

    private var list: String {
        var table = TextTable(["from", "to", "ports"])
        for from in senders {
            for to in matrix.ends.indices where from != to && !cell(from, to).isEmpty {
                table.add([matrix.ends[from].name, matrix.ends[to].name, cell(from, to)])
            }
        }
        return table.text
    }

    // MARK: Data

    private struct Document: Encodable {
        struct Pair: Encodable {
            let from: String
            let to: String
            let ports: [String]
        }
        struct Wrong: Encodable {
            let from: String
            let to: String
            let port: String
            let predicted: Bool
            let seen: String
        }

        let title: String
        let ports: [String]
        let nodes: [String]
        let reachable: [Pair]
        let verified: Bool
        let disagreements: [Wrong]
    }

    private var json: String {
        get throws {
            let pairs = senders.flatMap { from in
                matrix.ends.indices.filter { $0 != from && !matrix.open(from, $0).isEmpty }.map { to in
                    Document.Pair(
                        from: matrix.ends[from].name, to: matrix.ends[to].name,
                        ports: matrix.open(from, to).map(\.description))
                }
            }
            let document = Document(
                title: title, ports: matrix.ports.map(\.description), nodes: matrix.ends.map(\.name), reachable: pairs,
                verified: isVerified,
                disagreements: wrong.map {
                    .init(from: $0.from, to: $0.to, port: $0.port.description, predicted: $0.predicted, seen: $0.seen)
                })
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(document), as: UTF8.self)
        }
    }

    /// 1 where packets should get there, 0 where not. Of a matrix that was tried, a last column has the ports about which
    /// packets say otherwise; what a balancer's nodes did not reach has lines of its own.
    private var csv: String {
        let header = ["from", "to"] + matrix.ports.map(\.description) + (isVerified ? ["disagree"] : [])
        let rows = senders.flatMap { from in
            matrix.ends.indices.filter { $0 != from }.map { to in
                [matrix.ends[from].name, matrix.ends[to].name]
                    + matrix.ports.indices.map { matrix.reaches(from, to, port: $0) ? "1" : "0" }
                    + (isVerified ? [Self.words(wrongPorts(from, to))] : [])
            }
        }
        let names = Set(matrix.ends.map(\.name))
        let others = wrong.filter { !names.contains($0.from) || !names.contains($0.to) }.map { wrong in
            [wrong.from, wrong.to] + matrix.ports.map { _ in "" } + [wrong.port.description]
        }
        return ([header] + rows + others).map { $0.joined(separator: ",") }.joined(separator: "\n")
    }

    private static func words(_ ports: [MatrixPort]) -> String {
        ports.map(\.description).joined(separator: " ")
    }

    // MARK: Pictures

    /// One square a pair: the more ports, the darker; red where packets disagree.
    private var svg: String {
        let size = 22
        let margin = 10 + 8 * (matrix.ends.map(\.name.count).max() ?? 0)
        let width = margin + size * matrix.ends.count + 10
        let height = margin + size * senders.count + 10
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" font-family=\"sans-serif\" font-size=\"12\">",
            "<title>\(escaped(title))</title>",
        ]
        for (column, end) in matrix.ends.enumerated() {
            let x = margin + size * column + size / 2 + 4
            lines.append(
                "<text x=\"\(x)\" y=\"\(margin - 6)\" transform=\"rotate(-90 \(x) \(margin - 6))\">\(escaped(end.name))</text>"
            )
        }
        for (row, from) in senders.enumerated() {
            let y = margin + size * row
            lines.append(
                "<text x=\"\(margin - 6)\" y=\"\(y + 15)\" text-anchor=\"end\">\(escaped(matrix.ends[from].name))</text>"
            )
            for to in matrix.ends.indices {
                let open = matrix.open(from, to)
                let share = matrix.ports.isEmpty ? 0 : 100 * open.count / matrix.ports.count
                let fill =
                    from == to
                    ? "#eee" : isWrong(from, to) ? "#c00" : open.isEmpty ? "#fff" : "hsl(150 60% \(85 - share / 2)%)"
                let words =
                    "\(matrix.ends[from].name) → \(matrix.ends[to].name): \(cell(from, to).isEmpty ? "nothing" : cell(from, to))"
                lines.append(
                    "<rect x=\"\(margin + size * to)\" y=\"\(y)\" width=\"\(size - 1)\" height=\"\(size - 1)\" fill=\"\(fill)\" stroke=\"#bbb\"><title>\(escaped(words))</title></rect>"
                )
            }
        }
        return (lines + ["</svg>"]).joined(separator: "\n")
    }

    private var html: String {
        let head = matrix.ends.map { "<th>\(escaped($0.name))</th>" }.joined()
        let rows = senders.map { from in
            let cells = matrix.ends.indices.map { to in
                let kind = from == to ? "self" : isWrong(from, to) ? "wrong" : cell(from, to).isEmpty ? "none" : "open"
                return "<td class=\"\(kind)\">\(from == to ? "" : escaped(cell(from, to)))</td>"
            }.joined()
            return "<tr><th>\(escaped(matrix.ends[from].name))</th>\(cells)</tr>"
        }
        return """
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><title>\(escaped(title))</title>
            <style>body{font-family:sans-serif}table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:2px 6px}
            th{text-align:left}.open{background:#cfe8d8}.wrong{background:#f4b6b6}.self{background:#eee}</style>
            <h1>\(escaped(title))</h1><p>Rows reach columns on: \(escaped(matrix.ports.map(\.description).joined(separator: " ")))</p>
            <table><tr><th></th>\(head)</tr>
            \(rows.joined(separator: "\n"))
            </table></html>
            """
    }

    private func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}
