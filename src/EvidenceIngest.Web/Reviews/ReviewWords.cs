using System.Globalization;
using EvidenceIngest.Server.Reviews;

namespace EvidenceIngest.Web.Reviews;

internal static class ReviewWords
{
    public static (string Chinese, string English) Of(ReviewFindingState state) => state switch
    {
        ReviewFindingState.Open => ("待整改", "to be corrected"),
        ReviewFindingState.Corrected => ("已整改，待核查", "corrected, to be judged"),
        ReviewFindingState.Closed => ("已销号", "closed"),
        _ => (state.ToString(), state.ToString()),
    };

    public static string Kind(ReviewFindingState state) => state switch
    {
        ReviewFindingState.Open => "bad",
        ReviewFindingState.Corrected => "warn",
        _ => "good",
    };

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Rounded down: 100 % means every point.</summary>
    public static string Percent(int points, int most) => most == 0 ? "–" : (Math.Floor(points * 1000.0 / most) / 10).ToString("0.#", CultureInfo.InvariantCulture) + "%";
}
