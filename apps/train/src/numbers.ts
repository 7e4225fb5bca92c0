/** Figures as people read them; `–` stands for what there is not. */
const ABSENT = '–';

const thousands = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Three significant digits below 1000, whole thousands with separators above. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return ABSENT;
  if (Math.abs(value) >= 1000) return thousands.format(value);
  return String(Number(value.toPrecision(3)));
}

export function formatShare(value: number | undefined): string {
  return value === undefined ? ABSENT : `${(value * 100).toFixed(1)} %`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${formatNumber(bytes / 1000 ** power)} ${units[power]}`;
}

/** `42 s`, `3 min 20 s`, `5 h 12 min`, `12 days`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 172_800) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${thousands.format(whole / 86_400)} days`;
}
