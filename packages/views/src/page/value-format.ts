import type { ValueFormat } from '../charts/chart.ts';
import { formatCount, formatNumber, formatShare } from '../format.ts';

/** A value of a chart as the legend and the table show it. */
export function formatValue(value: number | null | undefined, format: ValueFormat): string {
  if (value === null || value === undefined) return '–';
  switch (format) {
    case 'share':
      return formatShare(value);
    case 'nats':
      return value.toFixed(3);
    case 'tokens':
      return value.toFixed(1);
    case 'seconds':
      return `${value.toFixed(2)} s`;
    case 'rate':
      return formatCount(value);
    case 'number':
      return formatNumber(value);
  }
}

/** A tick of the vertical axis. */
export function formatTick(value: number, format: ValueFormat): string {
  if (format === 'share') return `${formatNumber(value * 100)} %`;
  if (format === 'rate' || format === 'tokens') return value >= 10_000 ? `${formatNumber(value / 1000)}k` : formatNumber(value);
  return formatNumber(value);
}
