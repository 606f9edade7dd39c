using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EvidenceIngest.Server.Catalogue;

/// <summary>
/// Questions that are asked hundreds of times a second the same way, by <c>TagWith</c>: the database keeps its plan for each
/// connection. Not for those whose best plan depends on what is asked.
/// </summary>
internal sealed class PreparedQueries : DbCommandInterceptor
{
    public const string Tag = "prepared";

    public static readonly PreparedQueries Instance = new();

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (command.CommandText.StartsWith("-- " + Tag, StringComparison.Ordinal))
            await command.PrepareAsync(cancellationToken);
        return result;
    }
}
