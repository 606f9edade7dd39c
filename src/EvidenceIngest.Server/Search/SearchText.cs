using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;

namespace EvidenceIngest.Server.Search;

/// <summary>What a text by which an item is found says about it.</summary>
public enum SearchField
{
    /// <summary>Its number.</summary>
    Item,

    /// <summary>The recorder's id, or the number on it.</summary>
    Recorder,

    /// <summary>The number of its officer.</summary>
    Officer,

    /// <summary>制作方法</summary>
    MethodOfProduction,

    /// <summary>制作时间</summary>
    TimeOfProduction,

    /// <summary>制作人</summary>
    Producer,

    /// <summary>证明对象</summary>
    ObjectOfProof,

    /// <summary>What a person noted of the scene.</summary>
    Scene,

    /// <summary>Why it came late, in a person's words.</summary>
    Lateness,

    /// <summary>Path on the recorder.</summary>
    File,

    /// <summary>Number of a case that it belongs to.</summary>
    Case,

    /// <summary>Where a case that it belongs to took place.</summary>
    Place,

    /// <summary>What is said in it: a segment of the last transcript.</summary>
    Transcript,
}

/// <summary>One text of one item. The database's triggers keep these rows; nothing here writes them.</summary>
internal sealed class SearchText
{
    public required string ItemId { get; init; }

    public required SearchField Field { get; init; }

    /// <summary>Among the texts of one field.</summary>
    public required int Place { get; init; }

    public double? StartsAt { get; init; }

    public double? EndsAt { get; init; }

    public required string Text { get; init; }

    /// <summary>In the form in which words are compared; made by the database.</summary>
    public string Normal { get; private set; } = "";
}

/// <summary>The functions of the migration that made the index; only inside of queries.</summary>
internal static class SearchSql
{
    /// <summary>As words are compared.</summary>
    public static string Normal(string words) => throw new NotSupportedException();

    /// <summary>What the index holds of a text.</summary>
    public static NpgsqlTsVector Grams(string normal) => throw new NotSupportedException();

    /// <summary>What a text needs to have among its grams to contain these words.</summary>
    public static NpgsqlTsQuery Wanted(string normal) => throw new NotSupportedException();

    public static void Declare(ModelBuilder model)
    {
        model.HasDbFunction(() => Normal("")).HasName("search_normal").IsNullable(false);
        model.HasDbFunction(() => Grams("")).HasName("search_grams").IsNullable(false);
        model.HasDbFunction(() => Wanted("")).HasName("search_wanted").IsNullable(false);
    }
}
