using EvidenceIngest.Server.Access;
using Microsoft.VisualBasic.FileIO;

namespace EvidenceIngest.Server.Spreadsheets;

/// <summary>A spreadsheet's table: one line of headings, then lines of cells, each with its number in the file.</summary>
internal sealed class CsvTable
{
    public const int MostLines = 5000;
    private const int LongestCell = 2000;

    private readonly Dictionary<string, int> _columns;

    private CsvTable(Dictionary<string, int> columns, IReadOnlyList<CsvLine> lines) => (_columns, Lines) = (columns, lines);

    public IReadOnlyList<CsvLine> Lines { get; }

    /// <param name="csv">Separated by commas; cells with commas or line breaks stand in quotes.</param>
    /// <param name="headings">Each column by all of its names, the first being the one that errors use; those that begin with ? may be missing.</param>
    /// <exception cref="RequestRefusedException">It is no such table; nothing was imported.</exception>
    public static CsvTable Parse(string csv, params string[][] headings)
    {
        using var text = new StringReader(csv.TrimStart('\uFEFF'));
        using var parser = new TextFieldParser(text) { TextFieldType = FieldType.Delimited, Delimiters = [","], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = true };
        try
        {
            var first = parser.ReadFields() ?? throw RequestRefusedException.Invalid("csv", "表格是空的 / is empty");
            var columns = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var names in headings)
            {
                var (column, mayMiss) = (names[0].TrimStart('?'), names[0].StartsWith('?'));
                var at = Array.FindIndex(first, cell => names.Any(name => string.Equals(name.TrimStart('?'), cell, StringComparison.OrdinalIgnoreCase)));
                if (at >= 0)
                    columns[column] = at;
                else if (!mayMiss)
                    throw RequestRefusedException.Invalid("csv", $"缺少“{names[^1]}”列 / the first line lacks the column {column}");
            }

            var lines = new List<CsvLine>();
            while (!parser.EndOfData)
            {
                var number = parser.LineNumber;
                var cells = parser.ReadFields()!;
                if (cells.All(string.IsNullOrEmpty))
                    continue;
                if (lines.Count == MostLines)
                    throw RequestRefusedException.Invalid("csv", $"表格超过 {MostLines} 行，请分次导入 / has more than {MostLines} lines: divide it");
                if (cells.Any(cell => cell.Length > LongestCell))
                    throw RequestRefusedException.Invalid("csv", $"第{number}行有过长的内容 / line {number} has a cell of more than {LongestCell} characters");
                lines.Add(new CsvLine(number, cells));
            }

            return new CsvTable(columns, lines);
        }
        catch (MalformedLineException e)
        {
            throw RequestRefusedException.Invalid("csv", $"第{e.LineNumber}行引号不配对 / line {e.LineNumber} has a quote without its partner");
        }
    }

    /// <summary>Null when the cell is empty or the table has no such column.</summary>
    public string? Cell(CsvLine line, string column) =>
        _columns.TryGetValue(column, out var at) && at < line.Cells.Length && line.Cells[at].Length > 0 ? line.Cells[at] : null;
}

/// <param name="Number">In the file, from 1.</param>
/// <param name="Cells">Trimmed.</param>
internal sealed record CsvLine(long Number, string[] Cells);
