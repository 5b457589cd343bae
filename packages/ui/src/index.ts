/** The design system: tokens and accessible parts; it knows no domain and speaks no language. */
export { Badge, type BadgeTone } from "./Badge";
export { Button, buttonClass, type ButtonSize, type ButtonVariant, IconButton } from "./Button";
export { Card } from "./Card";
export { Choice } from "./Choice";
export { cx } from "./cx";
export { ConfirmDialog, Dialog, DialogActions, type DialogProps } from "./Dialog";
export { EmptyState } from "./EmptyState";
export { Checkbox, Field, PasswordField, Select, TextArea } from "./Field";
export { Menu, MenuChoice, MenuHeading, MenuItem, MenuSeparator } from "./Menu";
export { Notice } from "./Notice";
export { Progress } from "./Progress";
export { type ChartPoint, type ChartSeries, ScatterChart } from "./ScatterChart";
export { Skeleton } from "./Skeleton";
export { Slider } from "./Slider";
export { Spinner } from "./Spinner";
export { Switch } from "./Switch";
export { showProblem, showToast, ToastRegion } from "./Toast";
